import { minimize } from '../../math/lbfgs.ts';
import { isActive, type Parameter, type Space, type Values } from '../../space/parameter.ts';
import { countOf } from '../../space/scale.ts';
import { fromCoordinate, settle, toCoordinate } from './cube.ts';

/** A function of the points of a space that is to be made large; the gradient is that of the coordinates that are not categories. */
export interface Landscape {
  readonly space: Space;
  /** How far one must go in a coordinate for the function to change. */
  readonly lengths: ArrayLike<number>;
  all(points: readonly ArrayLike<number>[]): Float64Array;
  one(point: ArrayLike<number>, gradient?: Float64Array): number;
}

interface Peak {
  /** A coordinate for each parameter, also for those that do not exist. */
  readonly full: Float64Array;
  readonly height: number;
}

const mostRounds = 100;
const tolerance = 0.01;
/** An ascent that gains less changes nothing. */
const leastGain = 1e-9;
/** A whole number with more values is searched in strides. */
const fewValues = 16;

const isDiscrete = ({ kind }: Parameter): boolean => kind !== 'float';

/** The setting of the highest of the peaks that climbs from the starts reach. */
export function highest(landscape: Landscape, starts: readonly Float64Array[]): Values {
  const peaks = starts.map((start) => climb(landscape, start));
  const best = peaks.reduce((a, b) => (b.height > a.height ? b : a));
  return settle(landscape.space, best.full).values;
}

/** Alternates between all continuous coordinates and one discrete coordinate after the other, until no discrete one changes. */
function climb(landscape: Landscape, start: Float64Array): Peak {
  const { space } = landscape;
  let peak: Peak = { full: start, height: landscape.one(settle(space, start).point) };
  for (let round = 0; round < mostRounds; round++) {
    peak = ascend(landscape, peak);
    const before = peak;
    for (const i of space.keys()) if (isDiscrete(space[i])) peak = choose(landscape, peak, i);
    if (peak.height <= before.height + leastGain) break;
  }
  return peak;
}

/** Up the gradient, in coordinates that are divided by their length. */
function ascend({ space, lengths, one }: Landscape, peak: Peak): Peak {
  const { values, point } = settle(space, peak.full);
  const moving = [...space.keys()].filter((i) => !isDiscrete(space[i]) && space[i].name in values);
  if (moving.length === 0) return peak;
  const slopes = new Float64Array(space.length);
  const { x, value } = minimize(
    (scaled, gradient) => {
      for (const [k, i] of moving.entries()) point[i] = scaled[k] * lengths[i];
      const height = one(point, slopes);
      for (const [k, i] of moving.entries()) gradient[k] = -slopes[i] * lengths[i];
      return -height;
    },
    moving.map((i) => peak.full[i] / lengths[i]),
    { low: moving.map(() => 0), high: moving.map((i) => 1 / lengths[i]) },
    { tolerance },
  );
  if (-value <= peak.height) return peak;
  const full = peak.full.slice();
  for (const [k, i] of moving.entries()) full[i] = x[k] * lengths[i];
  return { full, height: -value };
}

/** The best value of one discrete coordinate: all of them, or of many those at a stride that is halved around the best. */
function choose({ space, all }: Landscape, peak: Peak, i: number): Peak {
  const parameter = space[i];
  if (!isActive(parameter, settle(space, peak.full).values)) return peak;
  const count = countOf(parameter);
  const coordinate = (index: number): number =>
    parameter.kind === 'int' ? toCoordinate(parameter, parameter.low + index * parameter.step) : index;
  const own =
    parameter.kind === 'int'
      ? (fromCoordinate(parameter, peak.full[i]) - parameter.low) / parameter.step
      : peak.full[i];
  const known = new Map([[Math.round(own), peak]]);
  const visit = (indices: readonly number[]): number => {
    const fresh = [...new Set(indices)].filter((index) => index >= 0 && index < count && !known.has(index));
    const fulls = fresh.map((index) => peak.full.with(i, coordinate(index)));
    const heights = all(fulls.map((full) => settle(space, full).point));
    for (const [k, index] of fresh.entries()) known.set(index, { full: fulls[k], height: heights[k] });
    return [...known].reduce((a, b) => (b[1].height > a[1].height + leastGain ? b : a))[0];
  };
  let stride = parameter.kind === 'choice' ? 1 : Math.ceil(count / fewValues);
  let best = visit(Array.from({ length: Math.ceil(count / stride) }, (_, k) => k * stride));
  while (stride > 1) {
    stride = Math.ceil(stride / 2);
    best = visit([best - stride, best + stride]);
  }
  return known.get(best) ?? peak;
}
