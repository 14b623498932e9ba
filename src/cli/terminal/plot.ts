import { grouped, short } from '../../base/index.ts';

/** Points in the order in which they are joined; a value that is not finite is a gap. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Cells of the drawing; a cell of the first series has 2 x 4 dots. */
const [width, height] = [60, 10];
/** How the series after the first are drawn: a letter a cell. */
const letters = ['o', 'x', '+', '#', '*', '@', '%'];
export const mostSeries = letters.length + 1;
/** A larger ratio of values is drawn on a logarithmic scale. */
const wide = 100;

/** A drawing of lines with axes and a legend, 75 columns wide; a sentence where there is nothing to draw. */
export function plot(
  title: string,
  xName: string,
  series: readonly Series[],
  format: (value: number) => string = (value) => short(value, 3),
): string[] {
  const points = series.flatMap(({ x, y }) => x.map((at, i) => [at, y[i]] as const));
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const lost = points.length - finite.length;
  const gaps = lost > 0 ? [`  ${grouped(lost)} of ${grouped(points.length)} values are not finite`] : [];
  if (finite.length === 0) return [`${title}: nothing to draw`, ...gaps];
  const y = scaleOf(finite.map(([, value]) => value));
  const x = rangeOf(finite.map(([at]) => at));
  const cells = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  for (const [i, each] of series.entries())
    draw(dotsOf(each, x, y), cells, (dots) => (i === 0 ? braille(dots) : letters[i - 1]));
  const labels = [0, Math.floor((height - 1) / 2), height - 1].map(
    (row) => [row, format(y.back(1 - (row + 0.5) / height))] as const,
  );
  const margin = Math.max(...labels.map(([, text]) => text.length));
  const [from, to] = [x.low, x.high].map((at) => short(at, 6).replace(/\.0+$/, ''));
  return [
    `${title}${y.log ? ' (logarithmic)' : ''}${legend(series)}`,
    ...cells.map((row, i) => {
      const label = labels.find(([at]) => at === i)?.[1] ?? '';
      return `  ${label.padStart(margin)} ${label ? '┤' : '│'}${row.join('')}`.trimEnd();
    }),
    `  ${' '.repeat(margin)} └${'─'.repeat(width)}`,
    `  ${' '.repeat(margin)}  ${from}${`${to} ${xName}`.padStart(width - from.length)}`,
    ...gaps,
  ];
}

const legend = (series: readonly Series[]): string =>
  series.length < 2 ? '' : `: ${series.map(({ name }, i) => `${i === 0 ? '⠶' : letters[i - 1]} ${name}`).join('  ')}`;

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf(values: readonly number[]): Range {
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [values[0], values[0]]);
  return { low, high };
}

/** From a value to a share of the height, and back. */
interface Scale {
  readonly log: boolean;
  to(value: number): number;
  back(share: number): number;
}

function scaleOf(values: readonly number[]): Scale {
  const { low, high } = rangeOf(values);
  const log = low > 0 && high / low > wide;
  const [into, out] = log ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v];
  // A constant lies in the middle.
  const [a, b] = low === high ? [low - (Math.abs(low) || 1), high + (Math.abs(high) || 1)] : [into(low), into(high)];
  // Halves first: the difference of two large numbers may be infinite.
  return {
    log,
    to: (value) => (into(value) / 2 - a / 2) / (b / 2 - a / 2),
    back: (share) => out(a * (1 - share) + b * share),
  };
}

/** The dots of one series, as bits of `y * 2 * width + x`. */
function dotsOf({ x, y }: Series, { low, high }: Range, scale: Scale): Set<number> {
  const [across, down] = [2 * width, 4 * height];
  const dots = new Set<number>();
  let before: readonly [number, number] | undefined;
  for (const [i, at] of x.entries()) {
    if (!Number.isFinite(y[i])) {
      before = undefined;
      continue;
    }
    const dot = [
      Math.round(((at - low) / (high - low || 1)) * (across - 1)),
      Math.round((1 - scale.to(y[i])) * (down - 1)),
    ] as const;
    const [fromX, fromY] = before ?? dot;
    const steps = Math.max(Math.abs(dot[0] - fromX), Math.abs(dot[1] - fromY), 1);
    for (let s = 0; s <= steps; s++)
      dots.add(
        Math.round(fromY + ((dot[1] - fromY) * s) / steps) * across +
          Math.round(fromX + ((dot[0] - fromX) * s) / steps),
      );
    before = dot;
  }
  return dots;
}

/** Puts a series over what is drawn already; `glyph` takes the dots of a cell as bits, row by row. */
function draw(dots: ReadonlySet<number>, cells: string[][], glyph: (bits: number) => string): void {
  const bits = new Map<number, number>();
  for (const dot of dots) {
    const [x, y] = [dot % (2 * width), Math.floor(dot / (2 * width))];
    const cell = (y >> 2) * width + (x >> 1);
    bits.set(cell, (bits.get(cell) ?? 0) | (1 << ((y & 3) * 2 + (x & 1))));
  }
  for (const [cell, inside] of bits) cells[Math.floor(cell / width)][cell % width] = glyph(inside);
}

/** Unicode counts the dots of a Braille cell down the left column, then the right one; the lowest row came later. */
const brailleBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const braille = (bits: number): string =>
  String.fromCharCode(0x2800 + brailleBits.reduce((sum, bit, i) => sum + (bits & (1 << i) ? bit : 0), 0));
