import type { OptionSchema, Shape } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import type { Value } from '../graph/index.ts';

/** Numbers learned from the training split, by name; they travel with the model. */
export type Fitted = Readonly<Record<string, { readonly shape: Shape; readonly data: Float64Array }>>;

export interface Preprocessor {
  readonly summary: string;
  readonly options: OptionSchema;
  /** Looks at the given rows only. */
  fit(dataset: Dataset, rows: Int32Array): { fitted: Fitted; notes: string[] };
  /** The same arithmetic as graph nodes, [batch, …] to [batch, …]. */
  apply(x: Value, fitted: Fitted): Value;
}
