import type { TableColumn } from '../../data/index.ts';
import { type Pulse, part } from '../fitting/pulse.ts';
import type { Rows } from '../fitting/rows.ts';
import type { Fitted, FittedTensor } from '../preprocessor.ts';
import type { Layout, Slots } from './layout.ts';

/** A value that stands in fewer training rows than this teaches nothing of its own: it counts as unseen. */
const fewestRows = 2;
/** Numbers held at a time (128 MiB). */
const mostNumbers = 2 ** 24;

const ints = (values: readonly number[]): FittedTensor => ({
  shape: [values.length],
  data: Float64Array.from(values),
});

/** What the training rows say of each column; the names of columns without any information go into `notes`. */
export async function fitTable(
  rows: Rows,
  table: readonly TableColumn[],
  layout: Layout,
  pulse: Pulse,
): Promise<{ fitted: Fitted; notes: string[] }> {
  const continuous = [...layout.numbers, ...layout.dates];
  const { median, factor, low, high, pieces } = await fitNumbers(
    rows,
    continuous,
    layout.numbers.length,
    layout.bins,
    part(pulse, 0, 0.7),
  );
  const counts = await countValues(rows, table, [...layout.oneHot, ...layout.embedded], part(pulse, 0.7, 1));
  const flat = continuous.filter((_, i) => factor[i] === 0);
  const notes =
    flat.length === 0
      ? []
      : [`constant in the training rows, and so without effect: ${flat.map((at) => table[at].name).join(', ')}`];
  return {
    notes,
    fitted: {
      numbers: ints(layout.numbers),
      dates: ints(layout.dates),
      flags: ints(layout.flags),
      oneHot: ints(layout.oneHot.map(({ at }) => at)),
      embedded: ints(layout.embedded.map(({ at }) => at)),
      median: { shape: [median.length, 1], data: median },
      factor: { shape: [factor.length, 1], data: factor },
      low: { shape: [low.length], data: low },
      high: { shape: [high.length], data: high },
      ...(pieces.low.length > 0 && {
        pieces: ints(layout.numbers.flatMap((_, i) => Array.from({ length: layout.bins }, () => i))),
        ...Object.fromEntries(
          Object.entries(pieces).map(([name, data]) => [`pieces.${name}`, { shape: [data.length, 1], data }]),
        ),
      }),
      ...lookups('oneHot', layout.oneHot, counts, oneHotSlots),
      ...lookups('embedded', layout.embedded, counts, embeddedSlots),
    },
  };
}

type Counts = ReadonlyMap<number, Float64Array>;

/** The lookups of all categories of a block, one after the other: entry code + 1 says the slot of a code. */
function lookups(
  name: string,
  categories: readonly Slots[],
  counts: Counts,
  slotsOf: (counts: Float64Array, slots: number, before: number) => Float64Array,
): Fitted {
  if (categories.length === 0) return {};
  const parts: number[] = [];
  const starts: number[] = [];
  let before = 0;
  for (const { at, slots } of categories) {
    starts.push(parts.length);
    parts.push(...slotsOf(counts.get(at)!, slots, before));
    before += slots;
  }
  return {
    [`${name}.lookup`]: ints(parts),
    [`${name}.start`]: { shape: [starts.length, 1], data: Float64Array.from(starts) },
    [`${name}.slots`]: ints(categories.map(({ slots }) => slots)),
  };
}

/** Each value (and a missing one) its own feature; what the training rows do not have is no feature at all. */
function oneHotSlots(counts: Float64Array, slots: number, before: number): Float64Array {
  const lookup = new Float64Array(counts.length + 1).fill(-1);
  for (let code = 0; code < counts.length; code++)
    if (counts[code] > 0) lookup[code + 1] = before + Math.min(code, slots - 1);
  return lookup;
}

/** The most frequent values have slots of their own, from 1; slot 0 is for all others. */
function embeddedSlots(counts: Float64Array, slots: number): Float64Array {
  const lookup = new Float64Array(counts.length + 1);
  const kept = [...counts.keys()]
    .filter((code) => counts[code] >= fewestRows)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, slots);
  for (const [i, code] of kept.sort((a, b) => a - b).entries()) lookup[code + 1] = i + 1;
  return lookup;
}

/** How many rows have each code; the last count is of missing values. */
async function countValues(
  rows: Rows,
  table: readonly TableColumn[],
  categories: readonly Slots[],
  pulse: Pulse,
): Promise<Counts> {
  const counts = new Map(categories.map(({ at }) => [at, new Float64Array(table[at].values!.length + 1)]));
  for await (const { data, rows: height } of rows.blocks(pulse))
    for (const [at, count] of counts)
      for (let row = 0, i = at; row < height; row++, i += rows.width) if (data[i] >= 0) count[data[i]]++;
  return counts;
}

/** Where each piece of the piecewise-linear encoding begins, one over its length (0 for an empty one), and its mean in the training rows. */
interface Pieces {
  readonly low: Float64Array;
  readonly factor: Float64Array;
  readonly mean: Float64Array;
}

/**
 * The median, and one over the distance of the quartiles; where they are equal two over the whole range, and 0 for a constant
 * (RealMLP's robust scaling: Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491). Missing values do not count.
 */
async function fitNumbers(rows: Rows, columns: readonly number[], numberCount: number, bins: number, pulse: Pulse) {
  const median = new Float64Array(columns.length);
  const factor = new Float64Array(columns.length);
  const low = new Float64Array(columns.length);
  const high = new Float64Array(columns.length);
  const numbers = () => new Float64Array(numberCount * bins);
  const pieces: Pieces = { low: numbers(), factor: numbers(), mean: numbers() };
  const together = Math.max(1, Math.floor(mostNumbers / rows.count));
  for (let from = 0; from < columns.length; from += together) {
    const chosen = columns.slice(from, from + together);
    const held = chosen.map(() => new Float64Array(rows.count));
    const lengths = chosen.map(() => 0);
    const share = part(pulse, from / columns.length, (from + chosen.length) / columns.length);
    for await (const { data, rows: height } of rows.blocks(share))
      for (const [c, at] of chosen.entries())
        for (let row = 0, i = at; row < height; row++, i += rows.width)
          if (!Number.isNaN(data[i])) held[c][lengths[c]++] = data[i];
    for (const [c, values] of held.entries()) {
      const sorted = values.subarray(0, lengths[c]).sort();
      if (sorted.length === 0) continue;
      median[from + c] = quantile(sorted, 0.5);
      factor[from + c] = scaleOf(sorted);
      low[from + c] = sorted[0];
      high[from + c] = sorted[sorted.length - 1];
      if (from + c < numberCount) fitPieces(sorted, median[from + c], rows.count, pieces, (from + c) * bins, bins);
    }
  }
  return { median, factor, low, high, pieces };
}

function fitPieces(
  sorted: Float64Array,
  median: number,
  count: number,
  into: Pieces,
  first: number,
  bins: number,
): void {
  const edges = edgesOf(sorted, bins);
  // Two values or one have nothing between them that a straight line would miss.
  if (edges.length <= 2) return;
  for (let i = 0; i + 1 < edges.length; i++) {
    const length = edges[i + 1] - edges[i];
    const share = (x: number) => Math.min(1, Math.max(0, (x - edges[i]) / length));
    let sum = (count - sorted.length) * share(median);
    for (const x of sorted) sum += share(x);
    into.low[first + i] = edges[i];
    into.factor[first + i] = 1 / length;
    into.mean[first + i] = sum / count;
  }
}

/** What 32 bits hold. */
const largestScale = 1e30;

function scaleOf(sorted: Float64Array): number {
  const quartile = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const range = sorted[sorted.length - 1] - sorted[0];
  const scale = quartile > 0 ? 1 / quartile : range > 0 ? 2 / range : 0;
  return Math.min(scale, largestScale);
}

/** Interpolates linearly between the two nearest numbers (type 7 of Hyndman and Fan 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (next - sorted[below]) * (place - below);
}

/** Capping lowers the sum that the cap hangs on; it settles quickly. */
const capRounds = 10;

/**
 * At most bins + 1 ascending numbers: every value where there are so few; else quantiles, for which a value that stands in many rows counts for
 * at most one piece, so that the others are told apart (a capital gain is 0 for nine people in ten).
 */
function edgesOf(sorted: Float64Array, bins: number): number[] {
  const values: number[] = [];
  const counts: number[] = [];
  for (const x of sorted) {
    if (x !== values[values.length - 1]) {
      values.push(x);
      counts.push(0);
    }
    counts[counts.length - 1]++;
  }
  if (values.length <= bins + 1) return values;
  let weights = counts;
  for (let round = 0; round < capRounds; round++) {
    const most = sum(weights) / bins;
    weights = weights.map((weight) => Math.min(weight, most));
  }
  const whole = sum(weights) - weights[weights.length - 1];
  const edges: number[] = [];
  let below = 0;
  for (const [i, value] of values.entries()) {
    // How many edges have this share of the weight below them or none; each is the first value that reaches it.
    const due = Math.min(bins, Math.floor((below / whole) * bins + 1e-9)) + 1;
    if (due > edges.length) edges.push(...Array.from({ length: due - edges.length }, () => value));
    below += weights[i];
  }
  return [...new Set(edges)];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
