// Runs the README's commands and draws what they print as docs/images/<name>.svg.
//   node tools/picture.ts [name …]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Picture {
  /** What is typed after "wellfit". */
  readonly args: readonly string[];
  /** What is shown of the lines that are printed. */
  shorten(lines: readonly string[]): readonly string[];
}

const gap = '   ...';

/** Parts of the output that empty lines separate. */
const parts = (lines: readonly string[]): string[][] =>
  lines
    .join('\n')
    .split('\n\n')
    .map((part) => part.split('\n'));

const pictures: Readonly<Record<string, Picture>> = {
  train: {
    args: ['train', '--dataset', 'digits'],
    // The long middle of the table says nothing new.
    shorten(lines) {
      const epochs = lines.flatMap((line, i) => (/^ +\d+ /.test(line) ? [i] : []));
      return lines
        .filter((_, i) => !epochs.includes(i) || epochs.indexOf(i) < 4 || epochs.indexOf(i) >= epochs.length - 3)
        .flatMap((line) => (line === lines[epochs[3]] ? [line, gap] : [line]));
    },
  },
  doctor: {
    args: ['train', '--dataset', 'digits', '--lr', '3', '--repair'],
    // The start, the cause, what was tried, and what came of it; not what followed from the cause.
    shorten(lines) {
      const all = parts(lines);
      const begins = (words: string) => all.find(([first]) => first.startsWith(words)) ?? [];
      const table = begins(' epoch').slice(0, 5);
      const test = lines.filter((line) => line.startsWith('test:'));
      const result = [...begins('repaired:'), '', ...test];
      return [
        gap,
        ...table,
        gap,
        '',
        ...begins('error, the cause'),
        '',
        gap,
        '',
        ...begins('what was tried'),
        '',
        ...result,
      ];
    },
  },
};

/** Characters in a line of a picture. */
const most = 105;

/** A line in pieces that fit; those that follow the first are set in. */
function wrapped(line: string): string[] {
  const [start] = /^ *(?:[a-z]+: )?/.exec(line)!;
  const indent = start.endsWith(': ') ? start.length : start.length + 2;
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > most) {
    const cut = rest.lastIndexOf(' ', most);
    pieces.push(rest.slice(0, cut));
    rest = ' '.repeat(indent) + rest.slice(cut + 1);
  }
  return [...pieces, rest];
}

const escaped = (text: string) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

const colors: readonly (readonly [RegExp, string])[] = [
  [/^\$/, '#7ee787'],
  [/^test:/, '#f2cc60'],
  [/^repaired:/, '#7ee787'],
  [/^error/, '#ff7b72'],
  [/^warning/, '#ffa657'],
  [/best$/, '#c9d1d9'],
];
const colorOf = (line: string): string => colors.find(([pattern]) => pattern.test(line))?.[1] ?? '#8b949e';

function draw(name: string, { args, shorten }: Picture): void {
  const shown = `npx wellfit ${args.join(' ')}`;
  const folder = mkdtempSync(join(tmpdir(), 'wellfit-picture-'));
  const program = new URL('../bin/wellfit.js', import.meta.url).pathname;
  const output = execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const lines = [`$ ${shown}`, ...shorten(output.trimEnd().split('\n'))].flatMap((line) => {
    const color = colorOf(line);
    return wrapped(line).map((text) => ({ text, color }));
  });
  const rowHeight = 18;
  const width = 860;
  const height = lines.length * rowHeight + 40;
  const rows = lines.map(
    ({ text, color }, i) =>
      `<text x="20" y="${32 + i * rowHeight}" fill="${color}" xml:space="preserve">${escaped(text)}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">
<title>${escaped(shown)} and what it prints</title>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`;
  writeFileSync(new URL(`../docs/images/${name}.svg`, import.meta.url), svg);
}

const asked = process.argv.slice(2);
for (const [name, picture] of Object.entries(pictures))
  if (asked.length === 0 || asked.includes(name)) draw(name, picture);
