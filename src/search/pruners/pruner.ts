import type { OptionSchema, z } from '../../base/index.ts';
import type { Trial } from '../trial.ts';

/** A way to end trials that are not worth their time: a pure function of what was told. */
export interface Pruner<Options = Readonly<Record<string, unknown>>> {
  /** One sentence for people. */
  readonly what: string;
  readonly options: OptionSchema;
  /**
   * Whether the trial should end after its last report.
   * @param trials all others, in the order of their numbers, with what they have told so far
   * @param study the name of the study
   */
  prune(trial: Trial, trials: readonly Trial[], options: Options, study: string): boolean;
}

/** An entry of the table of pruners, with the options that its schema gives. */
export const pruner = <S extends z.ZodObject>(
  entry: Omit<Pruner<z.output<S>>, 'options'> & { readonly options: S },
): Pruner => entry as unknown as Pruner;
