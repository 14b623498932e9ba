import { readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../../docs/benchmarks.md', import.meta.url);

/** Replaces what stands between `<!-- name: start -->` and `<!-- name: end -->` in docs/benchmarks.md. */
export function writeBetween(name: string, text: string): void {
  const before = readFileSync(page, 'utf8');
  const marks = [`<!-- ${name}: start -->`, `<!-- ${name}: end -->`];
  const [start, end] = marks.map((mark) => before.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/benchmarks.md lost its marks ${marks.join(' and ')}`);
  writeFileSync(page, `${before.slice(0, start + marks[0].length)}\n\n${text}\n\n${before.slice(end)}`);
}
