import type { OptionSchema } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

export interface Regularizer {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The option that a bare number stands for: { "l2": 0.0001 }. */
  readonly lead: string;
  /** What is added to the loss for one weight tensor; `strength` is fed at run time. */
  penalty(parameter: Value, strength: Value): Value;
}
