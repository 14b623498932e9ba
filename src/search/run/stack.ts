import type { Dataset } from '../../data/index.ts';
import { resolve } from '../../train/index.ts';
import { type SamplerName, samplers } from '../samplers/index.ts';
import type { Space } from '../space/parameter.ts';
import { fill } from '../space/read.ts';
import { isFed } from '../study/alike.ts';
import type { Budget } from '../study/record.ts';
import { cornerOf } from './checks.ts';

/** Trials in a stack, where nothing is said. */
const usual = 8;
/** Rounds of suggestions that a number of trials must leave at least. */
const rounds = 16;
/** Parameters above which a network has work enough of its own: measured by bench/search/stack.ts. */
const small = 20_000;

/** How many trials should share an architecture so that they are trained as one, and why; undefined where each is better off by itself. */
export function stackFor(
  template: Readonly<Record<string, unknown>>,
  space: Space,
  sampler: SamplerName,
  budget: Budget,
  dataset: Dataset,
): { readonly count: number; readonly why: string } | undefined {
  const fixed = space.filter((parameter) => !isFed(parameter));
  // Without numbers that are fed, the trials of a stack would all be the same.
  if (fixed.length === space.length) return undefined;
  if (fixed.length > 0 && (sampler === 'grid' || !samplers[sampler].conditional)) return undefined;
  // Who counts trials wants to see as many architectures.
  if (fixed.length > 0 && budget.seconds === undefined && budget.updates === undefined) return undefined;
  const ends = [0, 1].map((share) => resolve(fill(template, cornerOf(space, share)), dataset).model);
  if (ends.some(({ layers, parameterCount }) => parameterCount > small || layers.some(isSpatial))) return undefined;
  // What is tried at the same time cannot learn from each other.
  const count = budget.trials === undefined ? usual : Math.min(usual, Math.floor(budget.trials / rounds));
  if (count < 2) return undefined;
  const alike = fixed.length > 0 ? 'some trials share an architecture' : 'they are all alike';
  return { count, why: `the networks are small, and ${alike}: so many are trained as one graph, in less time` };
}

/** Convolutions and their kin are no product of matrices: they cannot be stacked. */
const isSpatial = ({ kind, input }: { readonly kind: string; readonly input: readonly number[] }): boolean =>
  kind !== 'flatten' && input.length > 1;
