import { hash, WellfitError, z } from '../../base/index.ts';
import { activeIn, type Parameter, type Space } from '../space/parameter.ts';
import { countOf, fromScale, toScale } from '../space/scale.ts';
import { sampler } from './sampler.ts';

const most = 2 ** 48;
const usualPoints = 5;

/** One parameter: its points, and the axes that exist beside each of them. */
interface Axis {
  readonly name: string;
  readonly branches: readonly { readonly value: number; readonly axes: readonly Axis[]; readonly size: number }[];
  /** How many settings there are of it and of all that depends on it. */
  readonly size: number;
}

/** All values if there are at most so many, otherwise so many evenly in the scale, both ends among them. */
export function pointsOf(parameter: Parameter, points: number): readonly number[] {
  const count = countOf(parameter);
  if (parameter.kind === 'choice') return Array.from({ length: count }, (_, i) => i);
  if (count <= points) {
    const step = parameter.kind === 'int' ? parameter.step : 0;
    return Array.from({ length: count }, (_, i) => parameter.low + i * step);
  }
  const [low, high] = [toScale(parameter, parameter.low), toScale(parameter, parameter.high)];
  const inner = Array.from({ length: points - 2 }, (_, i) =>
    fromScale(parameter, low + ((i + 1) / (points - 1)) * (high - low)),
  );
  return [...new Set([parameter.low, ...inner, parameter.high])];
}

const productOf = (axes: readonly Axis[]): number => axes.reduce((product, { size }) => product * size, 1);

/** The axes of some parameters, each with those that depend on it: trees, for a parameter depends on one other at most. */
function axesOf(parameters: Space, space: Space, points: number): readonly Axis[] {
  return parameters.map((parameter) => {
    const { name } = parameter;
    const dependent = space.filter(({ when }) => when?.parameter === name);
    const branches = pointsOf(parameter, points).map((value) => {
      const there = dependent.filter(({ when }) => when?.is.includes(value));
      const axes = axesOf(there, space, points);
      return { value, axes, size: productOf(axes) };
    });
    return { name, branches, size: branches.reduce((sum, { size }) => sum + size, 0) };
  });
}

const lattice = (space: Space, points: number): readonly Axis[] =>
  axesOf(
    space.filter(({ when }) => when === undefined),
    space,
    points,
  );

/** Sets the values of the setting of this number: a mixed radix whose digits are trees. */
function place(axes: readonly Axis[], index: number, values: Record<string, number>): void {
  for (const { name, branches, size } of axes) {
    let digit = index % size;
    index = Math.floor(index / size);
    for (const branch of branches) {
      if (digit < branch.size) {
        values[name] = branch.value;
        place(branch.axes, digit, values);
        break;
      }
      digit -= branch.size;
    }
  }
}

/** The most points an axis that keep the lattice within the budget: at least the two ends. */
function pointsWithin(space: Space, budget: number): number {
  const fits = (points: number) => productOf(lattice(space, points)) <= budget;
  let high = 4;
  while (high <= budget && fits(high)) high *= 2;
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** An index in a shuffled order that nobody holds: four rounds of a Feistel network, until it lands inside (Black & Rogaway 2002). */
export function shuffled(index: number, size: number, seed: number): number {
  let half = 1;
  while (half * half < size) half *= 2;
  do {
    let [left, right] = [Math.floor(index / half), index % half];
    for (let round = 0; round < 4; round++) {
      const mixed = (hash(seed, round, right) >>> 0) % half;
      [left, right] = [right, (left + mixed) % half];
    }
    index = left * half + right;
  } while (index >= size);
  return index;
}

/**
 * Every point of a lattice once, in an order that depends on the seed; then from the beginning again. An axis has all values of a choice,
 * all of a whole number if there are at most `points`, otherwise `points` values evenly in the scale, both ends among them. Without
 * `points` there are as many as fit into the budget of the study, or 5 where none is known. Of parameters that exist only beside some
 * values, only different settings count.
 * @throws WellfitError where the lattice has more than 2^48 points
 */
export const grid = sampler({
  what: 'tries every point of a lattice, in a shuffled order',
  options: z.strictObject({ points: z.int().min(2).optional() }),
  conditional: true,
  suggest({ space, number, seed, budget }, { points }) {
    const each = points ?? (budget === undefined ? usualPoints : pointsWithin(space, budget));
    const axes = lattice(space, each);
    const size = productOf(axes);
    if (size > most)
      throw new WellfitError('option', 'the grid has too many points to be walked', {
        expected: 'at most 2^48 points',
        received: `${size.toExponential(1)} points`,
        fix: each > 2 ? 'use fewer points or parameters, or the sampler "random"' : 'use the sampler "random"',
      });
    const values: Record<string, number> = {};
    place(axes, shuffled(number % size, size, seed), values);
    return { values: Object.fromEntries(activeIn(space, values).map(({ name }) => [name, values[name]])) };
  },
});
