import { normalCdf } from './math/normal.ts';
import { nthSmallest } from './math/select.ts';
import type { NumericParameter, Parameter, Space } from './space/parameter.ts';
import { countOf, toScale } from './space/scale.ts';
import type { Trial } from './trial.ts';

export interface Importance {
  readonly parameter: string;
  /** How differently the parameter is distributed among the best trials and among all: 0 where it makes no difference. */
  readonly importance: number;
  /** Of the sum over all parameters; 0 where that is 0. */
  readonly share: number;
}

/** The best trials are this share of all. */
const target = 0.1;
/** A range is looked at in so many steps at most. */
const most = 50;
/** Where fewer trials have a parameter, nothing is said of it. */
const fewest = 2;
/** The narrowest kernel, in steps: 90 % of it lie within one. */
const narrowest = 0.5 / 1.64;
const tiny = 1e-12;

/**
 * How much each parameter decides whether a trial is among the best tenth, the most important first: PED-ANOVA (Watanabe et al. 2023,
 * arXiv 2304.10255), and for parameters that not all trials have, its conditional form (arXiv 2601.20800). Only complete trials with a
 * finite objective count. It takes time in proportion to their number.
 * @param objective which of several
 */
export function importances(space: Space, trials: readonly Trial[], objective = 0): readonly Importance[] {
  const known = trials.filter(
    ({ state, objectives }) => state === 'complete' && Number.isFinite(objectives?.[objective]),
  );
  const losses = Float64Array.from(known, ({ objectives }) => objectives![objective]);
  const limit = nthSmallest(losses.slice(), Math.ceil(target * losses.length) - 1);
  const isBest = losses.map((loss) => Number(loss <= limit));
  const best = isBest.reduce((sum, one) => sum + one, 0);
  const raw = space.map((parameter) => {
    const among = known.flatMap(({ values }, i) => (parameter.name in values ? [i] : []));
    const amongBest = among.filter((i) => isBest[i]);
    if (among.length < fewest || amongBest.length === 0 || countOf(parameter) === 1) return 0;
    const places = (some: readonly number[]) =>
      countPlaces(
        parameter,
        some.map((i) => known[i].values[parameter.name]),
      );
    const [all, top] = [among, amongBest].map((some) => density(parameter, places(some)));
    const divergence = all.reduce((sum, mass, i) => sum + mass * (top[i] / mass - 1) ** 2, 0);
    const activity = (amongBest.length / best) ** 2 / (among.length / known.length);
    return divergence * activity * (best / known.length) ** 2;
  });
  const sum = raw.reduce((total, importance) => total + importance, 0);
  return space
    .map(({ name }, i) => ({ parameter: name, importance: raw[i], share: sum === 0 ? 0 : raw[i] / sum }))
    .sort((a, b) => b.importance - a.importance);
}

/** How many values fall to each place of a grid over the range, or to each choice. */
function countPlaces(parameter: Parameter, values: readonly number[]): Float64Array {
  if (parameter.kind === 'choice') {
    const counts = new Float64Array(parameter.choices.length);
    for (const value of values) counts[value]++;
    return counts;
  }
  const counts = new Float64Array(gridSize(parameter));
  const low = toScale(parameter, parameter.low);
  const step = (toScale(parameter, parameter.high) - low) / (counts.length - 1);
  for (const value of values) {
    const nearest = Math.ceil((toScale(parameter, value) - low) / step - 0.5);
    counts[Math.min(counts.length - 1, Math.max(0, nearest))]++;
  }
  return counts;
}

function gridSize(parameter: NumericParameter): number {
  const { kind, log, low, high } = parameter;
  // In a logarithm, the places are about as many as doublings of the range.
  if (kind === 'int' && log) return Math.min(most, Math.ceil(Math.log(high - low + 1) / Math.log(2)) + 1);
  return Math.min(most, countOf(parameter));
}

/** A smooth distribution over the places with these counts, with one even observation beforehand. */
const density = (parameter: Parameter, counts: Float64Array): Float64Array =>
  (parameter.kind === 'choice' ? smoothChoices(counts) : smoothPlaces(counts)).map((mass) => mass + tiny);

function smoothChoices(counts: Float64Array): Float64Array {
  const size = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const elsewhere = 1 / (counts.filter((count) => count > 0).length + 1);
  return counts.map((count) => {
    const kernels = (count + total * elsewhere) / (1 + size * elsewhere);
    return (kernels + 1 / size) / (total + 1);
  });
}

/** Each observation as a normal distribution over the places, cut off at the ends, as wide as Scott's rule says (Scott 1992). */
function smoothPlaces(counts: Float64Array): Float64Array {
  const size = counts.length;
  const width = bandwidth(counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const masses = new Float64Array(size);
  const add = (middle: number, deviation: number, weight: number) => {
    const below = Float64Array.from({ length: size + 1 }, (_, edge) => normalCdf((edge - 0.5 - middle) / deviation));
    const inside = below[size] - below[0];
    for (let place = 0; place < size; place++)
      masses[place] += (weight * (below[place + 1] - below[place])) / inside / (total + 1);
  };
  for (const [place, count] of counts.entries()) if (count > 0) add(place, width, count);
  add((size - 1) / 2, size, 1);
  return masses;
}

function bandwidth(counts: Float64Array): number {
  const places = Array.from(counts.keys()).filter((place) => counts[place] > 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = places.reduce((sum, place) => sum + place * counts[place], 0) / total;
  const squares = places.reduce((sum, place) => sum + counts[place] * (place - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  let reached = 0;
  const cumulated = places.map((place) => (reached += counts[place]));
  const [quarter, threeQuarters] = [Math.floor(total / 4), Math.floor((total * 3) / 4)];
  const first = places[cumulated.findIndex((sum) => sum >= quarter)];
  const third = places[cumulated.findIndex((sum) => sum > threeQuarters)] ?? places[places.length - 1];
  return Math.max(narrowest, 1.059 * Math.min((third - first) / 1.34, deviation) * total ** -0.2);
}
