import type { Values } from '../../src/search/index.ts';

export interface Curve {
  readonly kind: string;
  /** For each count of trials. */
  readonly best: readonly number[];
}

interface Drawn {
  readonly kind: string;
  readonly points: readonly Values[];
}

/** Colours that can be read on white and on black. */
const colors = { text: '#7d8590', line: '#8b949e', grid: '#e0703a', random: '#2f81d7', fill: '#8b949e' };
const size = 180;
const top = 80;

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x}" y="${y}" fill="${colors.text}" ${more}>${words}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, color: string, more = ''): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" ${more}/>`;

/** How good a value of a setting is, as a hill beside the square. */
function hill(at: (share: number, height: number) => string, width: number, height: number): string {
  const places = Array.from({ length: 61 }, (_, i) => i / 60);
  const path = places.map((share) => at(share, height * Math.exp(-(((share - 0.68) / width) ** 2) / 2)));
  return `<polygon points="${[at(0, 0), ...path, at(1, 0)].join(' ')}" fill="${colors.fill}" fill-opacity="0.25"/>`;
}

function square({ kind, points }: Drawn, left: number): string {
  const color = colors[kind as 'grid' | 'random'];
  const x = (share: number) => left + size * share;
  const y = (share: number) => top + size * (1 - share);
  const distinct = new Set(points.map(({ important }) => important)).size;
  return [
    `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="${colors.line}"/>`,
    hill((share, height) => `${x(share).toFixed(1)},${(top - 4 - height).toFixed(1)}`, 0.08, 48),
    hill((share, height) => `${(left + size + 4 + height).toFixed(1)},${y(share).toFixed(1)}`, 0.4, 10),
    ...points.map(({ important }) => line(x(important), top - 4, x(important), top + 5, color, 'stroke-width="2"')),
    ...points.map(
      ({ important, unimportant }) =>
        `<circle cx="${x(important).toFixed(1)}" cy="${y(unimportant).toFixed(1)}" r="5" fill="${color}"/>`,
    ),
    text(left + size / 2, top + size + 20, 'setting that matters', 'text-anchor="middle"'),
    text(
      left + size / 2,
      top + size + 42,
      `${kind}: 9 trials, ${distinct} values of it`,
      'text-anchor="middle" font-weight="bold"',
    ),
    `<g transform="rotate(-90 ${left - 16} ${top + size / 2})">${text(left - 16, top + size / 2, 'setting that hardly does', 'text-anchor="middle"')}</g>`,
  ].join('\n');
}

function chart(counts: readonly number[], curves: readonly Curve[], left: number): string {
  const width = 230;
  const x = (count: number) => left + (width * (count - counts[0])) / (counts[counts.length - 1] - counts[0]);
  const y = (best: number) => top + size * (1 - best);
  const marks = [0, 0.5, 1].flatMap((best) => [
    line(left, y(best), left + width, y(best), colors.line, 'stroke-opacity="0.35"'),
    text(left - 6, y(best) + 4, String(best), 'text-anchor="end"'),
  ]);
  const lines = curves.flatMap(({ kind, best }) => {
    const color = colors[kind as 'grid' | 'random'];
    const path = best.map((value, i) => `${x(counts[i]).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2.5"/>`,
      `<text x="${left + width + 6}" y="${(y(best[best.length - 1]) + 4).toFixed(1)}" fill="${color}">${kind}</text>`,
    ];
  });
  return [
    ...marks,
    ...counts.map((count) => text(x(count), top + size + 20, String(count), 'text-anchor="middle"')),
    ...lines,
    text(left + width / 2, top + size + 42, 'trials', 'text-anchor="middle"'),
    text(left, top - 20, 'the best found (1: the best there is)'),
  ].join('\n');
}

/** Nine trials on a grid and at random, and what becomes of more of them. */
export const figure = (drawn: readonly Drawn[], counts: readonly number[], curves: readonly Curve[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="880" height="320" viewBox="0 0 880 320" font-family="system-ui, sans-serif" font-size="13">
<title>Nine trials on a grid try three values of the setting that matters; nine at random try nine</title>
${drawn.map((one, i) => square(one, 36 + i * 260)).join('\n')}
${chart(counts, curves, 590)}
</svg>
`;
