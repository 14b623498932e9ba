import { hashText, Random } from '../../base/index.ts';
import type { Predictions } from '../../nn/index.ts';
import type { Residuals } from '../data.ts';

/** `most` of the numbers 0 … rows-1, drawn at random without repetition, ascending; all where there are no more. */
export function sample(rows: number, most: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  return rows <= most ? all : random.shuffle(all).slice(0, most).sort();
}

/** True and predicted numbers of at most `most` rows, one list for each number that is predicted. */
export function residualsOf(
  { rows, width, outputs, targets }: Predictions,
  names: readonly string[],
  seed: number,
  most = 2000,
): Residuals[] {
  const drawn = sample(rows, most, new Random(seed, hashText('residuals')));
  return names.map((name, k) => ({
    name,
    truth: Array.from(drawn, (row) => targets[row * width + k]),
    predicted: Array.from(drawn, (row) => outputs[row * width + k]),
    total: rows,
  }));
}
