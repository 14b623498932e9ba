import { hashText, Random, WellfitError, z } from '../../../base/index.ts';
import type { ChoiceParameter, NumericParameter, Parameter } from '../../space/parameter.ts';
import { atShare, countOf } from '../../space/scale.ts';
import type { Trial } from '../../trial.ts';
import { evenly } from '../random.ts';
import { sampler } from '../sampler.ts';
import { type Evolution, pointAt, type Roots, usualPopulation } from './evolution.ts';
import { isFinished, ranked } from './ranks.ts';
import { replay } from './replay.ts';

/** How often a point outside of the space is drawn anew, for each dimension. */
const attempts = 10;
/** Of the finished trials, the share whose choices are followed. */
const elite = 0.25;

/**
 * The covariance matrix adaptation evolution strategy (Hansen 2016, arXiv 1604.00772): numbers are drawn from a normal distribution over
 * their scales, which moves, stretches and turns after each generation of `population` finished trials (4 + ⌊3 ln d⌋ of them if not said).
 * It starts in the middle with a standard deviation of `sigma` ranges, and anew from a random place once it has shrunk to a point. Pruned
 * trials rank behind complete ones, failed ones are drawn again, and nobody waits for running ones. A choice is drawn on its own, with a
 * probability in proportion to 1 plus how often it stands in the best quarter of the trials. The first `startup` trials are drawn evenly.
 * @throws WellfitError for several objectives
 */
export const cmaes = sampler({
  what: 'draws from a normal distribution that learns from each generation of trials where to go and how far (CMA-ES)',
  options: z.strictObject({
    startup: z.int().min(0).default(1),
    population: z.int().min(2).optional(),
    sigma: z
      .number()
      .positive()
      .max(1)
      .default(1 / 6),
  }),
  conditional: false,
  suggest({ space, trials, number, seed, objectives }, { startup, population, sigma }) {
    if (objectives > 1)
      throw new WellfitError('option', 'the sampler "cmaes" cannot search for several objectives at once', {
        received: `${objectives} objectives`,
      });
    const random = new Random(seed, hashText('cmaes'), number);
    if (number < startup) return { values: evenly(space, random) };
    const values: Record<string, number> = {};
    const axes = space.filter(isAxis);
    const standing =
      axes.length === 0 ? undefined : replay(trials, axes, population ?? usualPopulation(axes.length), sigma, seed);
    if (standing !== undefined) {
      const point = inside(standing.state, standing.roots, random);
      for (const [i, axis] of axes.entries()) values[axis.name] = atShare(axis, point[i]);
    }
    const best = space.some(({ kind }) => kind === 'choice') ? bestOf(trials) : [];
    for (const parameter of space)
      if (parameter.kind === 'choice') values[parameter.name] = favored(parameter, best, random);
      else if (countOf(parameter) === 1) values[parameter.name] = parameter.low;
    return { values, note: standing?.note };
  },
});

const isAxis = (parameter: Parameter): parameter is NumericParameter =>
  parameter.kind !== 'choice' && countOf(parameter) > 1;

/** A point inside of the unit cube if many attempts find one; of another, values are moved to the ends of their ranges. */
function inside(state: Evolution, roots: Roots, random: Random): Float64Array {
  const normals = () => state.mean.map(() => random.normal());
  for (let attempt = 0; attempt < attempts * state.mean.length; attempt++) {
    const point = pointAt(state, roots, normals());
    if (point.every((place) => place >= 0 && place <= 1)) return point;
  }
  return pointAt(state, roots, normals());
}

function bestOf(trials: readonly Trial[]): readonly Trial[] {
  const finished = trials.filter(isFinished);
  return ranked(finished).slice(0, Math.ceil(elite * finished.length));
}

function favored({ name, choices }: ChoiceParameter, best: readonly Trial[], random: Random): number {
  const weights = choices.map((_, choice) => 1 + best.filter(({ values }) => values[name] === choice).length);
  let place = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (place -= weight) < 0);
  return found === -1 ? choices.length - 1 : found;
}
