import { WellfitError } from '../../base/index.ts';

/**
 * The numbers of a CSV text without quotes, row after row; `header` lines at its start are skipped.
 *
 * @param file named in the errors
 * @throws WellfitError naming file, line and column of a field that is missing, left over or no finite number
 */
export function parseNumbers(text: string, file: string, columns: number, header = 0): Float32Array {
  const lines = text.trimEnd().split(/\r?\n/).slice(header);
  const numbers = new Float32Array(lines.length * columns);
  for (const [row, line] of lines.entries()) {
    const fields = line.split(',');
    if (fields.length !== columns)
      throw new WellfitError('file', `line ${header + row + 1} of ${file} is not complete`, {
        expected: `${columns} fields`,
        received: `${fields.length} fields: ${line.slice(0, 60)}`,
      });
    for (const [column, field] of fields.entries()) {
      const number = field.trim() === '' ? Number.NaN : Number(field);
      if (!Number.isFinite(number))
        throw new WellfitError('file', `line ${header + row + 1} of ${file}, column ${column + 1}, is not a number`, {
          expected: 'a finite number',
          received: JSON.stringify(field),
        });
      numbers[row * columns + column] = number;
    }
  }
  return numbers;
}
