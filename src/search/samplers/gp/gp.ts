import { hashText, Random, WellfitError, z } from '../../../base/index.ts';
import type { Space } from '../../space/parameter.ts';
import { atShare } from '../../space/scale.ts';
import type { Trial } from '../../trial.ts';
import { sampler } from '../sampler.ts';
import { coordinateOf, scrambled, sobolDimensions, sobolSequence } from '../sobol/sequence.ts';
import { sobol } from '../sobol/sobol.ts';
import { tpe } from '../tpe/tpe.ts';
import { pointOf, settle, toCoordinate } from './cube.ts';
import { fitKernel } from './fit.ts';
import type { Kernel, Points } from './kernel.ts';
import { logEI, logEIAll } from './logEI.ts';
import { highest, type Landscape } from './optimize.ts';
import { condition, type Process, predictAll } from './process.ts';
import { standardized } from './targets.ts';

/** Complete trials above which TPE takes over: a suggestion takes a time that grows with their cube. */
const most = 300;
const candidates = 2048;
/** How many climbs there are: from the best setting so far, from the best candidate, and from others by lot. */
const climbs = 10;

/**
 * Bayesian optimisation with a Gaussian process (Jones et al. 1998; kernel, prior and search as the GPSampler of Optuna 5): a Matérn 5/2
 * kernel with a length for each parameter, fitted to the complete trials, and the setting with the largest logarithm of the expected
 * improvement. Choices are only equal or different. A parameter that does not exist counts as the middle of its range, or as a choice of
 * its own. Running trials are believed to end where the process expects them (Ginsbourger et al. 2010); pruned and failed ones are not
 * seen. The first `startup` complete trials, 1 or more, are those of "sobol", and more while all objectives are equal. With `deterministic`
 * the objective is taken to have no noise. The time of a suggestion grows with the cube of the number of trials.
 * @throws WellfitError for several objectives
 */
export const gp = sampler({
  what: 'Gaussian process: models the objective and tries what promises the largest improvement',
  options: z.strictObject({
    startup: z.int().min(1).default(10),
    deterministic: z.boolean().default(false),
  }),
  conditional: true,
  suggest(situation, { startup, deterministic }) {
    const { space, trials, number, seed, objectives } = situation;
    if (objectives > 1)
      throw new WellfitError('option', 'the sampler "gp" cannot search for several objectives at once', {
        received: `${objectives} objectives`,
      });
    const complete = trials.filter(({ state }) => state === 'complete');
    if (complete.length < startup) return sobol.suggest(situation, {});
    if (complete.length > most) return tpe.suggest(situation, tpe.options.parse({}));
    const targets = standardized(complete.map((trial) => trial.objectives?.[0] ?? Number.NaN));
    // Where nothing differs there is nothing to learn.
    if (targets.every((target) => target === 0)) return sobol.suggest(situation, {});
    const points = pointsOf(space, complete);
    const kernel = fitKernel(points, targets, !deterministic, lastFit(trials, space.length));
    const running = trials.filter(({ state }) => state === 'running');
    const { process, threshold } = believing(points, targets, kernel, pointsOf(space, running));
    const landscape: Landscape = {
      space,
      lengths: Array.from(kernel.weights, (weight) => 1 / Math.sqrt(weight)),
      all: (xs) => logEIAll(process, threshold, xs),
      one: (x, gradient) => logEI(process, threshold, x, gradient),
    };
    const best = complete[targets.indexOf(Math.max(...targets))];
    const values = highest(landscape, [
      fullOf(space, best),
      ...promising(landscape, new Random(seed, hashText('gp'), number)),
    ]);
    return { values, note: { fit: [...Array.from(kernel.weights), kernel.scale, kernel.noise] } };
  },
});

function pointsOf(space: Space, trials: readonly Trial[]): Points {
  return {
    count: trials.length,
    dimensions: space.length,
    data: Float64Array.from(trials.flatMap(({ values }) => pointOf(space, values))),
    category: space.map(({ kind }) => kind === 'choice'),
  };
}

/** The process after the complete trials and, at their expected targets, the running ones; and the best of all these targets. */
function believing(
  points: Points,
  targets: Float64Array,
  kernel: Kernel,
  running: Points,
): { process: Process; threshold: number } {
  const process = condition(points, targets, kernel);
  const threshold = Math.max(...targets);
  if (running.count === 0) return { process, threshold };
  const { dimensions, count, data } = running;
  const places = Array.from({ length: count }, (_, i) => data.subarray(i * dimensions, (i + 1) * dimensions));
  const { means } = predictAll(process, places);
  const all = { ...points, count: points.count + count, data: joined(points.data, data) };
  return {
    process: condition(all, joined(targets, means), kernel),
    threshold: Math.max(threshold, ...means),
  };
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The kernel that the last suggestion with as many parameters left in its note. */
function lastFit(trials: readonly Trial[], dimensions: number): Kernel | undefined {
  for (const { note } of trials.toReversed()) {
    const fit = (note as { readonly fit?: unknown } | null | undefined)?.fit;
    if (!Array.isArray(fit) || fit.length !== dimensions + 2) continue;
    if (fit.every((number) => typeof number === 'number' && number > 0 && number < Number.POSITIVE_INFINITY))
      return { weights: fit.slice(0, dimensions), scale: fit[dimensions], noise: fit[dimensions + 1] };
  }
  return undefined;
}

/** A coordinate for every parameter of a trial, inside the ranges of today; the middle for those that do not exist in it. */
const fullOf = (space: Space, { values }: Trial): Float64Array =>
  Float64Array.from(space, (parameter) => {
    const coordinate = toCoordinate(parameter, values[parameter.name] ?? atShare(parameter, 0.5));
    return parameter.kind === 'choice' ? coordinate : Math.min(1, Math.max(0, coordinate));
  });

/** The best of many settings that cover the space, and others, the likelier the better they are. */
function promising({ space, all }: Landscape, random: Random): readonly Float64Array[] {
  const dimensions = Math.min(space.length, sobolDimensions);
  const sequence = scrambled(sobolSequence(dimensions), random);
  const fulls = Array.from({ length: candidates }, (_, k) =>
    Float64Array.from(space, (parameter, i) => {
      const share = i < dimensions ? coordinateOf(sequence, k, i) : random.uniform();
      return parameter.kind === 'float' ? share : toCoordinate(parameter, atShare(parameter, share));
    }),
  );
  const heights = all(fulls.map((full) => settle(space, full).point));
  // To add Gumbel noise and to take the largest is to draw in proportion to e^height, without putting back.
  const lots = heights.map((height) => height - Math.log(-Math.log(1 - random.uniform())));
  lots[heights.indexOf(Math.max(...heights))] = Number.POSITIVE_INFINITY;
  const order = Array.from(lots.keys()).sort((a, b) => lots[b] - lots[a]);
  return order.slice(0, climbs - 1).map((k) => fulls[k]);
}
