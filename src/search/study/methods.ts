import { type Picked, parseOptions, suggest, WellfitError, z } from '../../base/index.ts';
import { type PrunerName, pruners } from '../pruners/index.ts';
import { autoSampler } from '../samplers/auto.ts';
import { type SamplerName, samplers } from '../samplers/index.ts';
import { isConditional, type Space } from '../space/parameter.ts';
import type { Budget, Objective } from './record.ts';

/** What was chosen for the user, and why. */
export type Chosen = { setting: string; value: unknown; why: string }[];
/** A name, or a name with options. */
export type Asked = string | Readonly<Record<string, unknown>>;

const named = z.union([z.string(), z.record(z.string(), z.unknown())]);

/** What every study may be told, of an experiment or of anything else. */
export const methodOptions = {
  seed: z.int().optional(),
  sampler: named.optional(),
  pruner: z.union([z.literal(false), named]).optional(),
  control: z.number().min(0).max(1).optional(),
  stages: z.int().min(1).max(6).optional(),
  repeats: z.boolean().optional(),
};

function picked<T extends Record<string, { readonly options: Parameters<typeof parseOptions>[0] }>>(
  table: T,
  asked: Asked,
  what: string,
): Picked<keyof T & string> {
  const [kind, options] = typeof asked === 'string' ? [asked, {}] : (Object.entries(asked)[0] ?? ['', {}]);
  if (!Object.hasOwn(table, kind))
    throw new WellfitError('option', `unknown ${what} "${kind}"`, {
      fix: suggest(kind, ['auto', ...Object.keys(table)]),
    });
  const name = kind as keyof T & string;
  return {
    kind: name,
    options: parseOptions(table[name].options, options, `${what}.${name}`) as Record<string, unknown>,
  };
}

/** The sampler that was asked for, or the one that suits. */
export function chooseSampler(
  asked: Asked,
  space: Space,
  budget: Budget,
  objectives: readonly Objective[],
  chosen: Chosen,
): Picked<SamplerName> {
  if (asked === 'auto') {
    const { kind, options = {}, why } = autoSampler(space, budget, objectives.length);
    chosen.push({ setting: 'sampler', value: kind, why });
    return picked(samplers, { [kind]: options }, 'sampler');
  }
  const sampler = picked(samplers, asked, 'sampler');
  if (isConditional(space) && !samplers[sampler.kind].conditional)
    throw new WellfitError(
      'option',
      `the sampler "${sampler.kind}" cannot search ranges that exist only beside certain choices`,
      {
        received: space
          .flatMap(({ name, when }) => (when ? [`${name} beside ${when.parameter}`] : []))
          .slice(0, 3)
          .join(', '),
        fix: 'use "tpe", "random" or "auto"',
      },
    );
  return sampler;
}

/** Steps below which there is nothing to be saved. */
const fewSteps = 4;

/** The pruner that was asked for, or the one that suits so many steps. */
export function choosePruner(
  asked: Asked | false,
  /** undefined where nobody knows what the steps are. */
  folds: number | undefined,
  steps: number,
  objectives: readonly Objective[],
  chosen: Chosen,
): Picked<PrunerName> | undefined {
  if (asked === false || asked === 'none') return undefined;
  if (asked !== 'auto') {
    const pruner = picked(pruners, asked, 'pruner');
    if (pruner.kind === 'wilcoxon' && folds === 1)
      throw new WellfitError('option', 'the pruner "wilcoxon" compares folds, and there is one split', {
        fix: 'use --folds 5, or "median"',
      });
    return pruner;
  }
  if (objectives.length > 1 || (folds === 1 && steps < fewSteps)) return undefined;
  const [kind, why]: [PrunerName, string] =
    folds !== undefined && folds > 1
      ? ['wilcoxon', 'it compares folds in pairs']
      : ['median', 'a trial that is worse than half of the others at the same epoch rarely wins'];
  chosen.push({ setting: 'pruner', value: kind, why });
  return picked(pruners, kind, 'pruner');
}
