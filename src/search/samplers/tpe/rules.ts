/** How a Parzen estimator is made of observations. */
export interface Rules {
  /** How many of so many finished trials are the good ones. */
  good(finished: number, objectives: number): number;
  /** The share of the range that a kernel covers at least, by the number of observations. */
  narrowest(observations: number): number;
  /** Whether the gaps that give the widths run to the ends of the range, and have the middle among them. */
  readonly filled: boolean;
  /** How much each of so many trials counts, oldest first. */
  weights(count: number): Float64Array;
  /** Whether good trials count by how much better they are than the best of the others. */
  readonly improvement: boolean;
}

const ceilShare = (share: number, count: number): number => Math.ceil(share * count);

/** Optuna 5.0. */
export const usual: Rules = {
  good: (finished, objectives) => (objectives > 1 ? ceilShare(0.1, finished) : Math.min(25, ceilShare(0.1, finished))),
  narrowest: (observations) => 1 / Math.min(100, observations + 2),
  weights: ageWeights,
  filled: false,
  improvement: false,
};

/** What Watanabe 2023 (arXiv 2304.11127) found best, as in OptunaHub's `tpe_tutorial`. */
export const tuned: Rules = {
  good: (finished) => Math.min(25, ceilShare(0.15, finished)),
  narrowest: (observations) => Math.max(0.03, 1 / (observations + 2) ** 2),
  weights: (count) => new Float64Array(count).fill(1),
  filled: true,
  improvement: true,
};

/** By age, oldest first: the last 25 count fully, those before ever less (Bergstra et al. 2013). */
function ageWeights(count: number): Float64Array {
  const ramp = count - 25;
  const slope = (1 - 1 / count) / (ramp - 1);
  return Float64Array.from({ length: count }, (_, i) => (i >= ramp ? 1 : 1 / count + (ramp > 1 ? i * slope : 0)));
}
