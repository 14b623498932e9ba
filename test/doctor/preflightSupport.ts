import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import { type CheckName, checks } from '../../src/doctor/index.ts';
import type { Check, Outcome } from '../../src/doctor/preflight/check.ts';
import { type Context, type ContextOptions, contextOf } from '../../src/doctor/preflight/context.ts';
import type { Experiment } from '../../src/train/index.ts';
import { cpu, on } from '../train/support.ts';

export type Rest = Omit<Experiment, 'data'>;

export const contextOn = (dataset: Dataset, rest: Rest = {}, options: ContextOptions = {}): Promise<Context> =>
  contextOf(dataset, on(dataset, rest), { engine: cpu, ...options }, () => {});

/** What one check says of an experiment. */
export async function ask(
  name: CheckName,
  dataset: Dataset,
  rest: Rest = {},
  options: ContextOptions = {},
): Promise<Outcome> {
  return (checks[name] as Check).run(await contextOn(dataset, rest, options));
}

export const dense = (units: number, options: object = {}) => ({ dense: { units, ...options } });

/** Points of three numbers in two classes, told apart by the sum of the first two, and by nothing else. */
export function points(
  rows = 400,
  change: (features: number[], label: string, i: number) => [number[], string] = (f, l) => [f, l],
) {
  const random = new Random(11);
  const made = Array.from({ length: rows }, (_, i) => {
    const features = [random.normal(), random.normal(), random.normal()];
    return change(features, features[0] + features[1] > 0 ? 'yes' : 'no', i);
  });
  return fromArrays({ features: made.map(([f]) => f), targets: made.map(([, label]) => label), name: 'points' });
}

/** Points of three numbers whose weighted sum is to be learned, moved and stretched. */
export function slope(rows = 400, move = (y: number, _i: number) => y) {
  const random = new Random(12);
  const features = Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()]);
  const targets = features.map(([a, b, c], i) => move(2 * a - b + 0.5 * c, i));
  return fromArrays({ features, targets, name: 'slope' });
}

/** Grey images of 8x8 in two classes, bright on the left or on the right. */
export function sides(rows = 120) {
  const random = new Random(13);
  const labels = Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 'left' : 'right'));
  const features = Float32Array.from({ length: rows * 64 }, (_, i) => {
    const bright = i % 8 < 4 === (Math.floor(i / 64) % 2 === 0);
    return random.normal() * 0.3 + (bright ? 1 : 0);
  });
  return fromArrays({ features, shape: [1, 8, 8], targets: labels, name: 'sides' });
}
