// Runs the README's command and draws what it prints as docs/images/train.svg.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const shown = 'npx wellfit train --dataset digits';
const folder = mkdtempSync(join(tmpdir(), 'wellfit-picture-'));
const program = new URL('../bin/wellfit.js', import.meta.url).pathname;
const output = execFileSync(process.execPath, [program, 'train', '--dataset', 'digits'], {
  cwd: folder,
  encoding: 'utf8',
});
rmSync(folder, { recursive: true });

/** The long middle of the table says nothing new. */
function shorten(lines: string[]): string[] {
  const epochs = lines.flatMap((line, i) => (/^ +\d+ /.test(line) ? [i] : []));
  return lines
    .filter((_, i) => !epochs.includes(i) || epochs.indexOf(i) < 4 || epochs.indexOf(i) >= epochs.length - 3)
    .flatMap((line) => (line === lines[epochs[3]] ? [line, '   ...'] : [line]));
}

const lines = [`$ ${shown}`, ...shorten(output.trimEnd().split('\n'))];
const escaped = (text: string) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
const rowHeight = 18;
const width = 860;
const height = lines.length * rowHeight + 40;
const color = (line: string) =>
  line.startsWith('$')
    ? '#7ee787'
    : line.startsWith('test:')
      ? '#f2cc60'
      : line.endsWith('best')
        ? '#c9d1d9'
        : '#8b949e';
const text = lines.map(
  (line, i) =>
    `<text x="20" y="${32 + i * rowHeight}" fill="${color(line)}" xml:space="preserve">${escaped(line)}</text>`,
);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">
<title>${escaped(shown)} and what it prints</title>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${text.join('\n')}
</svg>
`;
writeFileSync(new URL('../docs/images/train.svg', import.meta.url), svg);
