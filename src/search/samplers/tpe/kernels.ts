import type { ChoiceParameter, NumericParameter } from '../../space/parameter.ts';
import { boundsOf, fromScale, toScale } from '../../space/scale.ts';
import type { Rules } from './rules.ts';
import { logMass, logRoot2Pi, quantile } from './truncnorm.ts';

/** One parameter's part of the kernels: one around each observation, and last the prior. */
export interface Axis {
  /** A value from one kernel, by a uniform number. */
  draw(kernel: number, uniform: number): number;
  /** Adds to each kernel the logarithm of its probability (density, in the scale) of a value, but for `constants`. */
  add(value: number, logs: Float64Array): void;
  /** What is to be added for every value alike. */
  readonly constants?: Float64Array;
}

/** Each kernel has the prior's share of 1 / (observations + 1) for every choice, and 1 for the one observed. */
export function choiceAxis({ choices }: ChoiceParameter, observed: Float64Array): Axis {
  const prior = observed.length;
  const share = 1 / (prior + 1);
  const total = choices.length * share + 1;
  const [hit, miss, even] = [(share + 1) / total, share / total, 1 / choices.length];
  const [logHit, logMiss, logEven] = [Math.log(hit), Math.log(miss), Math.log(even)];
  return {
    draw(kernel, uniform) {
      let sum = 0;
      for (let i = 0; i < choices.length - 1; i++) {
        sum += kernel === prior ? even : observed[kernel] === i ? hit : miss;
        if (uniform <= sum) return i;
      }
      return choices.length - 1;
    },
    add(value, logs) {
      for (let k = 0; k < prior; k++) logs[k] += observed[k] === value ? logHit : logMiss;
      logs[prior] += logEven;
    },
  };
}

interface Widths {
  /** Of each kernel, in the order of the observations, the prior last. */
  readonly mu: Float64Array;
  readonly sigma: Float64Array;
  /** Kernels that are alike share a group. */
  readonly group: Uint32Array;
  readonly groups: number;
}

/**
 * Normal kernels whose width is the larger gap to a neighbour (the first and the last know only one unless the rules fill the range), at
 * least the rules' share of the range and at most all of it. The prior stands in the middle and is as wide as the range.
 */
export function kernelsOf(points: Float64Array, [low, high]: readonly [number, number], rules: Rules): Widths {
  const count = points.length;
  const range = high - low;
  const mu = new Float64Array(count + 1);
  mu.set(points);
  mu[count] = 0.5 * (low + high);
  const placed = rules.filled ? count + 1 : count;
  const order = orderOf(mu.subarray(0, placed));
  const sigma = new Float64Array(count + 1);
  const group = new Uint32Array(count + 1);
  const narrowest = range * rules.narrowest(count);
  const known = rules.filled || placed < 2;
  let groups = 0;
  for (let i = 0; i < placed; i++) {
    const k = order[i];
    const left = i > 0 ? mu[k] - mu[order[i - 1]] : known ? mu[k] - low : 0;
    const right = i < placed - 1 ? mu[order[i + 1]] - mu[k] : known ? high - mu[k] : 0;
    sigma[k] = Math.min(range, Math.max(narrowest, left, right));
    const alike = i > 0 && mu[order[i - 1]] === mu[k] && sigma[order[i - 1]] === sigma[k];
    group[k] = alike ? groups - 1 : groups++;
  }
  sigma[count] = range;
  group[count] = groups++;
  return { mu, sigma, group, groups };
}

/** The indices of the values from the lowest to the highest, equal ones in their order; faster than sorting them by a comparison. */
function orderOf(values: Float64Array): Uint32Array {
  const sorted = values.slice().sort();
  const order = new Uint32Array(values.length);
  const equals = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let [from, to] = [0, values.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle] < values[i]) from = middle + 1;
      else to = middle;
    }
    order[from + equals[from]++] = i;
  }
  return order;
}

/** A truncated normal in the scale around each observation; whole numbers have the probability of their cell. */
export function numericAxis(parameter: NumericParameter, observed: Float64Array, rules: Rules): Axis {
  const points = parameter.log ? observed.map(Math.log) : observed;
  const bounds = boundsOf(parameter);
  const [low, high] = bounds;
  const { mu, sigma, group, groups } = kernelsOf(points, bounds, rules);
  const [groupMu, groupSigma] = [new Float64Array(groups), new Float64Array(groups)];
  for (let k = 0; k < mu.length; k++) {
    groupMu[group[k]] = mu[k];
    groupSigma[group[k]] = sigma[k];
  }
  const logMasses = (from: number, to: number) =>
    groupMu.map((m, g) => logMass((from - m) / groupSigma[g], (to - m) / groupSigma[g]));
  const discrete = parameter.kind === 'int';
  const normalizers = logMasses(low, high);
  const constants = sigma.map((s, k) => -normalizers[group[k]] - (discrete ? 0 : Math.log(s) + logRoot2Pi));
  const draw = (k: number, uniform: number) =>
    fromScale(parameter, mu[k] + sigma[k] * quantile(uniform, (low - mu[k]) / sigma[k], (high - mu[k]) / sigma[k]));
  if (!discrete) {
    const sharpness = sigma.map((s) => Math.SQRT1_2 / s);
    return {
      constants,
      draw,
      add(value, logs) {
        const x = toScale(parameter, value);
        for (let k = 0; k < logs.length; k++) {
          const z = (x - mu[k]) * sharpness[k];
          logs[k] -= z * z;
        }
      },
    };
  }
  const cells = new Map<number, Float64Array>();
  const margin = parameter.step / 2;
  return {
    constants,
    draw,
    add(value, logs) {
      let cell = cells.get(value);
      if (cell === undefined) {
        cell = logMasses(toScale(parameter, value - margin), toScale(parameter, value + margin));
        cells.set(value, cell);
      }
      for (let k = 0; k < logs.length; k++) logs[k] += cell[group[k]];
    },
  };
}
