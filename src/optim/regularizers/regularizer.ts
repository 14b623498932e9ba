import type { OptionSchema, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

/** What the numbers of a regularizer may depend on. */
export interface Moment {
  /** Learning rate of this update. */
  readonly lr: number;
  /** Rows of the training split. */
  readonly rows: number;
}

export interface Regularizer<O = Readonly<Record<string, unknown>>, S extends string = string> {
  readonly summary: string;
  /** Every regularizer has `biases`: whether biases and normalization parameters are included; they are not unless asked. */
  readonly options: OptionSchema;
  /** The option that a bare number stands for: { "l2": 0.0001 }. */
  readonly lead?: string;
  /** Fed at run time, so that one compiled step serves every strength. */
  scalars(options: O, moment: Moment): Readonly<Record<S, number>>;
  /** What is added to the loss for one tensor. */
  penalty?(parameter: Value, scalars: Readonly<Record<S, Value>>, options: O): Value;
  /** The tensor after the optimizer has moved it from `before` to `moved`. */
  after?(moved: Value, before: Value, scalars: Readonly<Record<S, Value>>, options: O): Value;
}

export function regularizer<S extends OptionSchema, N extends string>(
  entry: Omit<Regularizer<z.output<S>, N>, 'options'> & { options: S },
): Regularizer {
  return entry as unknown as Regularizer;
}
