import { type Picked, pick, z } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import type { Value } from '../graph/index.ts';
import type { Fitted } from './preprocessor.ts';
import { rescale } from './rescale.ts';
import { standardize } from './standardize.ts';

/** Every preprocessor. To add one: a file beside these, and a line here. */
export const preprocessors = { standardize, rescale };

export interface Preprocess {
  readonly kind: keyof typeof preprocessors;
  readonly fitted: Fitted;
}

/** Reads what an experiment asks for; one step at most, because each is fitted on the raw rows. */
export const readPreprocess = (entries: readonly unknown[]): Picked<keyof typeof preprocessors>[] =>
  entries.map((entry, i) => pick(preprocessors, entry, `preprocess[${i}]`, 'preprocessing step'));

/** Fits each step on the training rows. `notes` say in words what a person should know, such as constant features. */
export function fitPreprocess(
  steps: readonly Picked<keyof typeof preprocessors>[],
  dataset: Dataset,
  rows: Int32Array,
): { steps: Preprocess[]; notes: string[] } {
  const fits = steps.map(({ kind }) => ({ kind, ...preprocessors[kind].fit(dataset, rows) }));
  return { steps: fits.map(({ kind, fitted }) => ({ kind, fitted })), notes: fits.flatMap(({ notes }) => notes) };
}

export const applyPreprocess = (steps: readonly Preprocess[], x: Value): Value =>
  steps.reduce((value, { kind, fitted }) => x.graph.scope(kind, () => preprocessors[kind].apply(value, fitted)), x);

/** At most one step, see `readPreprocess`. */
export const preprocessSchema = z.array(z.unknown()).max(1);
