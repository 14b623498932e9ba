import type { OptionSchema, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

export interface UpdateContext<S extends string = string> {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly state: Readonly<Record<string, Value>>;
  /** The numbers of `scalars`, fed at run time, so that one compiled step serves every rate and schedule. */
  readonly scalars: Readonly<Record<S, Value>>;
}

export interface Optimizer<O = Readonly<Record<string, unknown>>, S extends string = string> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** Names of the tensors it keeps for each parameter, shaped like it, zero at the start. */
  readonly state: readonly string[];
  /** What the step needs at this update, computed in float64. `update` counts from 1. */
  scalars(options: O, lr: number, update: number): Readonly<Record<S, number>>;
  step(context: UpdateContext<S>): { parameter: Value; state: Readonly<Record<string, Value>> };
}

export function optimizer<S extends OptionSchema, N extends string>(
  entry: Omit<Optimizer<z.output<S>, N>, 'options'> & { options: S },
): Optimizer {
  return entry as unknown as Optimizer;
}
