import { grouped } from '../../base/index.ts';
import { isConditional, type Space } from '../space/parameter.ts';
import { countOf } from '../space/scale.ts';
import type { Budget } from '../study/record.ts';
import type { SamplerName } from './index.ts';

/** Trials up to which a Gaussian process is worth its time; its cost grows with their cube. */
const forProcess = 250;
/** Trials from which an evolution strategy has generations enough. */
const forEvolution = 500;

/** The sampler that suits a space and a budget, and why: the order of OptunaHub's AutoSampler, with a grid where everything can be tried. */
export function autoSampler(
  space: Space,
  budget: Budget,
  objectives: number,
): { readonly kind: SamplerName; readonly options?: Readonly<Record<string, unknown>>; readonly why: string } {
  const all = space.reduce((product, parameter) => product * countOf(parameter), 1);
  // How many fit into a time, nobody knows yet.
  const trials = budget.seconds === undefined ? budget.trials : undefined;
  if (trials !== undefined && all <= trials && !isConditional(space))
    return { kind: 'grid', why: `all ${grouped(all)} settings can be tried` };
  if (objectives > 1) return { kind: 'tpe', why: 'it weighs several objectives' };
  // Watanabe's settings: on the functions of bench/search the regret is 0.7 times that of the usual ones.
  const tuned = { kind: 'tpe', options: { tuned: true } } as const;
  if (isConditional(space)) return { ...tuned, why: 'some ranges exist only beside certain choices' };
  if (trials === undefined || trials <= forProcess)
    return { kind: 'gp', why: 'it learns the most from each of few trials' };
  const numbers = space.every(({ kind }) => kind === 'float');
  if (numbers && trials >= forEvolution) return { kind: 'cmaes', why: 'there are only numbers, and many trials' };
  return { ...tuned, why: 'it stays fast over many trials' };
}
