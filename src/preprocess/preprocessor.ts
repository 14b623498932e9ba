import { type OptionSchema, type Shape, z } from '../base/index.ts';
import type { TableColumn } from '../data/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Value } from '../graph/index.ts';
import type { Pulse } from './fitting/pulse.ts';
import type { Rows } from './fitting/rows.ts';

/** Numbers learned from the training split. */
export interface FittedTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** By name; they travel with the model. */
export type Fitted = Readonly<Record<string, FittedTensor>>;

export interface FitTools {
  readonly engine: Engine;
  readonly pulse: Pulse;
  /** The step in messages, as "preprocess[1].pca". */
  readonly where: string;
  /** What the columns are, where the rows are those of a table. */
  readonly table?: readonly TableColumn[];
}

export interface Learned {
  readonly fitted: Fitted;
  /** Sentences that a person should read. */
  readonly notes: readonly string[];
}

export interface Preprocessor<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The option that may stand alone, as in { pca: 0.95 }. */
  readonly lead?: string;
  /** Its features are mixtures of the earlier ones, so that they have no names any more. */
  readonly mixes?: boolean;
  /**
   * Shape of a row afterwards, or the largest that fitting may lead to; without it, what it was.
   * @throws WellfitError where the step cannot work on such rows
   */
  shape?(input: Shape, options: O, where: string, table?: readonly TableColumn[]): Shape;
  /** Looks at training rows, as the steps before left them. */
  fit?(rows: Rows, options: O, tools: FitTools): Promise<Learned>;
  /** Looks at every row of the data set before anything is computed with it; learns nothing. */
  check?(rows: Rows, options: O, tools: FitTools): Promise<void>;
  /** The same arithmetic as graph nodes, [batch, …] to [batch, …]. */
  apply(x: Value, fitted: Fitted, options: O): Value;
  /** From what `apply` gave back to what it was given; absent where that is lost. */
  invert?(y: Value, fitted: Fitted, options: O): Value;
}

export function preprocessor<S extends OptionSchema>(
  entry: Omit<Preprocessor<z.output<S>>, 'options'> & { options: S },
): Preprocessor {
  return entry as unknown as Preprocessor;
}

/** Every step that learns may do so from a sample: so many of the training rows, drawn by the seed. */
export const sampled = { sample: z.int().positive().optional() };
