import type { OptionSchema, z } from '../../base/index.ts';
import type { Space, Values } from '../space/parameter.ts';
import type { Trial } from '../trial.ts';

/** Everything that a suggestion may depend on. */
export interface Situation {
  readonly space: Space;
  /** What is known when the suggestion is made, in the order of the numbers; running trials are among them. */
  readonly trials: readonly Trial[];
  /** Of the trial that is to be suggested. */
  readonly number: number;
  /** Of the study; the random numbers of a suggestion depend on it and on the number alone. */
  readonly seed: number;
  /** How many objectives there are, and how many trials there will be, where that is known. */
  readonly objectives: number;
  readonly budget?: number;
}

export interface Suggestion {
  readonly values: Values;
  /** Given back with the trial: plain JSON. */
  readonly note?: unknown;
}

/** A way to choose what to try next: a pure function of what is known, so that every suggestion can be made again. */
export interface Sampler<Options = Readonly<Record<string, unknown>>> {
  /** One sentence for people. */
  readonly what: string;
  readonly options: OptionSchema;
  /** Whether it can choose parameters that exist only beside values of others. */
  readonly conditional: boolean;
  suggest(situation: Situation, options: Options): Suggestion;
}

/** An entry of the table of samplers, with the options that its schema gives. */
export const sampler = <S extends z.ZodObject>(
  entry: Omit<Sampler<z.output<S>>, 'options'> & { readonly options: S },
): Sampler => entry as unknown as Sampler;
