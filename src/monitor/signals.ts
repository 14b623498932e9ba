/** Counts of values in bins of equal width between the least and the greatest finite one; `odd` counts NaN and infinities. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  readonly odd: number;
}

/** What one layer gives to the next, over the rows of one batch, in training mode. */
export interface LayerSignals {
  readonly kind: string;
  /** Features, or channels of an image. */
  readonly units: number;
  /** Over all values of the batch. */
  readonly mean: number;
  readonly deviation: number;
  /** Largest |value|. */
  readonly largest: number;
  /** Share of the values that are exactly 0. */
  readonly zeros: number;
  /** Share of the units that were 0 for every row since `silentRows` rows. */
  readonly silent: number;
  readonly silentRows: number;
  /** Share of the units that give every row of the batch the same number, 0 or another. */
  readonly constant: number;
  /** Units that differ from each other; silent ones are not counted. */
  readonly distinct: number;
  /** Share of the values within a hundredth of the bounds; only activations that have bounds. */
  readonly saturated?: number;
  /** Standard deviation of each unit over the rows: the least, the median and the greatest. */
  readonly spread: readonly [number, number, number];
  /** Root mean square of the gradient of a row's loss by the values. */
  readonly gradient: number;
  readonly values: Histogram;
  readonly gradients: Histogram;
}

/** One trainable tensor, before an update, and how the update moves it. Norms are Euclidean. */
export interface ParameterSignals {
  /** Weights are what weight decay applies to; all others are biases and the slopes and levels of normalizations. */
  readonly kind: 'weight' | 'bias';
  readonly size: number;
  readonly weight: number;
  /** Of the whole loss, penalties included, before clipping. */
  readonly gradient: number;
  /** Of the penalties alone, where there are any. */
  readonly penalty?: number;
  readonly update: number;
  /** update / weight. */
  readonly ratio: number;
  readonly values: Histogram;
  readonly gradients: Histogram;
}

/** What one update looks like from inside: measured on its batch, at the weights before it. */
export interface Signals {
  /** The update that was about to be made, from 1. */
  readonly update: number;
  readonly rows: number;
  readonly lr: number;
  /** Mean over the batch, without penalties, in nats or squared units. */
  readonly loss: number;
  /** What each regularizer adds to the loss. */
  readonly penalties: Readonly<Record<string, number>>;
  /** The preprocessed rows, as if a layer had given them. */
  readonly input: LayerSignals;
  /** In order; layers that only move or drop numbers are left out. */
  readonly layers: Readonly<Record<string, LayerSignals>>;
  readonly parameters: Readonly<Record<string, ParameterSignals>>;
}
