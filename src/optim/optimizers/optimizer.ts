import type { OptionSchema, Shape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

/** What an optimizer may know of the tensor it moves. */
export interface Moved {
  readonly shape: Shape;
  /** Whether weight decay applies: weights yes, biases and normalization parameters no. */
  readonly decay: boolean;
}

export interface UpdateContext<O = Readonly<Record<string, unknown>>, S extends string = string> {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly state: Readonly<Record<string, Value>>;
  /** The numbers of `scalars`, fed at run time, so that one compiled step serves every rate and schedule. */
  readonly scalars: Readonly<Record<S, Value>>;
  readonly decay: boolean;
  /** For what changes the shape of the step, such as `centered`; numbers come as `scalars`. */
  readonly options: O;
}

export interface Optimizer<O = Readonly<Record<string, unknown>>, S extends string = string> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The tensors that it keeps for a parameter, shaped like it, and the number that fills each at the start. */
  state(parameter: Moved, options: O): Readonly<Record<string, number>>;
  /** What the step needs at this update, computed in float64. `update` counts from 1. */
  scalars(options: O, lr: number, update: number): Readonly<Record<S, number>>;
  step(context: UpdateContext<O, S>): { parameter: Value; state: Readonly<Record<string, Value>> };
}

export function optimizer<S extends OptionSchema, N extends string>(
  entry: Omit<Optimizer<z.output<S>, N>, 'options'> & { options: S },
): Optimizer {
  return entry as unknown as Optimizer;
}
