import type { Space } from '../../space/parameter.ts';
import type { Source } from '../random.ts';
import { choiceAxis, numericAxis } from './kernels.ts';
import type { Rules } from './rules.ts';

/** A number for each parameter (first index) and each observation or candidate. */
export type Columns = readonly Float64Array[];

/** A density over settings: a weighted sum of kernels, each a product over the parameters. */
export interface Parzen {
  draw(count: number, source: Source): Columns;
  /** Of each candidate; numbers count in their scale. */
  logDensity(candidates: Columns): Float64Array;
}

/** @param weights of the observations, and last of the prior; their sum does not matter */
export function parzen(space: Space, observed: Columns, weights: Float64Array, rules: Rules): Parzen {
  const axes = space.map((parameter, i) =>
    parameter.kind === 'choice' ? choiceAxis(parameter, observed[i]) : numericAxis(parameter, observed[i], rules),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const base = weights.map((weight) => Math.log(weight / total));
  for (const { constants } of axes) if (constants) for (let k = 0; k < base.length; k++) base[k] += constants[k];
  const upTo = new Float64Array(weights.length);
  for (let k = 0; k < upTo.length; k++) upTo[k] = (k > 0 ? upTo[k - 1] : 0) + weights[k] / total;
  return {
    /** In the order in which Optuna draws: the kernels, then choices, then numbers, each for all candidates. */
    draw(count, source) {
      const kernels = Array.from({ length: count }, () => kernelAt(upTo, source.uniform()));
      const columns = space.map(() => new Float64Array(count));
      const fill = (i: number) => {
        for (const [c, k] of kernels.entries()) columns[i][c] = axes[i].draw(k, source.uniform());
      };
      for (const [i, { kind }] of space.entries()) if (kind === 'choice') fill(i);
      for (const [i, { kind }] of space.entries()) if (kind !== 'choice') fill(i);
      return columns;
    },
    logDensity(candidates) {
      const logs = new Float64Array(base.length);
      return candidates[0].map((_, c) => {
        logs.set(base);
        for (const [i, axis] of axes.entries()) axis.add(candidates[i][c], logs);
        return logSum(logs);
      });
    },
  };
}

/** The first kernel whose share, with those of all before it, is above a uniform number. */
function kernelAt(upTo: Float64Array, uniform: number): number {
  const target = uniform * upTo[upTo.length - 1];
  let [from, to] = [0, upTo.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (upTo[middle] > target) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The logarithm of a share that a sum of doubles would not notice. */
const negligible = -45;

function logSum(logs: Float64Array): number {
  let high = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logs.length; k++) if (logs[k] > high) high = logs[k];
  if (high === Number.NEGATIVE_INFINITY) return high;
  let sum = 0;
  for (let k = 0; k < logs.length; k++) if (logs[k] - high > negligible) sum += Math.exp(logs[k] - high);
  return high + Math.log(sum);
}
