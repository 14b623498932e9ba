import { Random, z } from '../../../base/index.ts';
import { activeIn, isActive, type Space, type Values } from '../../space/parameter.ts';
import { countOf } from '../../space/scale.ts';
import type { Trial } from '../../trial.ts';
import { evenly, type Source } from '../random.ts';
import { type Situation, sampler } from '../sampler.ts';
import { type Parzen, parzen } from './parzen.ts';
import { type Rules, tuned, usual } from './rules.ts';
import { isFinished, type Split, split } from './split.ts';

const options = z.strictObject({
  startup: z.int().min(1).default(10),
  candidates: z.int().min(1).default(24),
  multivariate: z.boolean().optional(),
  liar: z.boolean().default(true),
  tuned: z.boolean().default(false),
});

type Options = z.output<typeof options>;

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011) as in Optuna 5.0: the trials are split into the good ones and the others,
 * each side becomes a density over settings, and of `candidates` draws from the good side's density that one is taken at which it stands
 * highest above the other side's. The first `startup` trials are drawn evenly. `liar`: running trials count among the others.
 * `multivariate`: parameters with the same condition are chosen jointly, block after block in the order of the space, from the trials
 * that have all of the block; otherwise each on its own. Without it, jointly for one objective and on their own for several. `tuned`: the
 * settings of Watanabe 2023. Values beyond today's range are passed over.
 */
export const tpe = sampler({
  what: 'draws where good trials are dense and the others are not (tree-structured Parzen estimator)',
  options,
  conditional: true,
  suggest: (situation, options) => ({
    values: suggestTpe(situation, options, new Random(situation.seed, situation.number)),
  }),
});

/** The values that this source of chances leads to. */
export function suggestTpe({ space, trials, objectives }: Situation, options: Options, source: Source): Values {
  if (trials.filter(isFinished).length < options.startup) return evenly(space, source);
  const rules = options.tuned ? tuned : usual;
  const sides = split(trials, objectives, options.liar, rules);
  const jointly = options.multivariate ?? objectives === 1;
  const values: Record<string, number> = {};
  for (const block of blocksOf(space)) {
    if (!isActive(block[0], values)) continue;
    const open = block.filter((parameter) => countOf(parameter) > 1);
    for (const parts of jointly && open.length > 0 ? [open] : open.map((parameter) => [parameter]))
      Object.assign(values, choose(parts, sides, options.candidates, source, rules));
    for (const parameter of block)
      if (!open.includes(parameter)) values[parameter.name] = parameter.kind === 'choice' ? 0 : parameter.low;
  }
  return Object.fromEntries(activeIn(space, values).map(({ name }) => [name, values[name]]));
}

/** The parameters with the same condition, in the order in which the first of each stands in the space. */
const blocksOf = (space: Space): readonly Space[] => [
  ...Map.groupBy(space, ({ when }) => (when === undefined ? '' : JSON.stringify([when.parameter, when.is]))).values(),
];

/** The best of the candidates that the good side gives. */
function choose(space: Space, { below, above, gains }: Split, count: number, source: Source, rules: Rules): Values {
  const good = estimate(space, below, rules, gains);
  const candidates = good.draw(count, source);
  const [likely, unlikely] = [good, estimate(space, above, rules)].map((side) => side.logDensity(candidates));
  let best = 0;
  for (let c = 1; c < count; c++) if (likely[c] - unlikely[c] > likely[best] - unlikely[best]) best = c;
  return Object.fromEntries(space.map(({ name }, i) => [name, candidates[i][best]]));
}

/** The density of the trials that have all of the parameters. */
function estimate(space: Space, trials: readonly Trial[], rules: Rules, gains?: Float64Array): Parzen {
  const columns = space.map(() => new Float64Array(trials.length));
  const kept: number[] = [];
  for (let i = 0; i < trials.length; i++) if (read(space, trials[i].values, columns, kept.length)) kept.push(i);
  const observed = columns.map((column) => column.subarray(0, kept.length));
  const weights = new Float64Array(kept.length + 1);
  weights.set(gains === undefined ? rules.weights(kept.length) : kept.map((i) => gains[i]));
  weights[kept.length] = gains === undefined ? 1 : gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  return parzen(space, observed, weights, rules);
}

/** Puts the values of a trial into a row of the columns; false where it lacks one, or has one beyond what the parameter may be today. */
function read(space: Space, values: Values, columns: readonly Float64Array[], row: number): boolean {
  for (let i = 0; i < space.length; i++) {
    const parameter = space[i];
    const value = values[parameter.name];
    const [low, high] =
      parameter.kind === 'choice' ? [0, parameter.choices.length - 1] : [parameter.low, parameter.high];
    if (!(value >= low && value <= high)) return false;
    columns[i][row] = value;
  }
  return true;
}
