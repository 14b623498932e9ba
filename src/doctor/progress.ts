import type { History } from './history.ts';

/** How far a training has come, by the losses of its batches. */
export interface Progress {
  readonly updates: number;
  readonly perEpoch: number;
  /** Updates that a mean is taken over. */
  readonly window: number;
  /** The loss of the first batch. */
  readonly first: number;
  /** Mean over the last window. */
  readonly latest: number;
  /** Least mean over any window. */
  readonly best: number;
  /** What the best constant answer would leave; the loss of the first batch where that is not known. */
  readonly constant: number;
  /** Share of it that was learned, latest and at best: 0 is guessing, 1 is a loss of 0. For squared errors it is R² on the training rows. */
  readonly lift: number;
  readonly bestLift: number;
}

/** undefined before the first update. */
export function progressOf({ losses, rows, settings, constantLoss }: History): Progress | undefined {
  const seen = losses.filter((loss) => !Number.isNaN(loss));
  if (seen.length === 0) return undefined;
  const perEpoch = Math.ceil(rows.train / settings.batchSize);
  const window = Math.min(seen.length, Math.max(10, Math.min(perEpoch, 100)));
  const means = windows(seen, window);
  const [first] = seen;
  const latest = means.at(-1)!;
  const best = means.reduce((a, b) => Math.min(a, b));
  const constant = constantLoss ?? first;
  const share = (loss: number) => (constant > 0 ? 1 - loss / constant : 0);
  return {
    updates: losses.length,
    perEpoch,
    window,
    first,
    latest,
    best,
    constant,
    lift: share(latest),
    bestLift: share(best),
  };
}

/** Means over windows that lie one after the other; the last one ends with the last value. */
export function windows(values: readonly number[], width: number): number[] {
  const means: number[] = [];
  for (let end = values.length; end >= width; end -= width) {
    let sum = 0;
    for (let i = end - width; i < end; i++) sum += values[i];
    means.push(sum / width);
  }
  return means.reverse();
}
