import { short } from '../../base/index.ts';
import type { StoppingState } from '../checkpoint/state.ts';
import type { Stopping } from '../settings/schema.ts';

/**
 * Watches a number after each epoch (the validation loss unless told otherwise) and says when it has not improved by more than `minDelta` for
 * `patience` epochs. Epochs up to `warmup` are never counted against it.
 */
export class EarlyStopping {
  bestEpoch: number;
  private best: number;
  private latest: number;
  private readonly rule: Stopping | false;
  private readonly what: string;

  /** `what` names the number in messages, as in "the validation loss". */
  constructor(
    rule: Stopping | false,
    what = 'the validation loss',
    from: StoppingState = { bestEpoch: 0, best: Number.NaN, latest: Number.NaN },
  ) {
    this.rule = rule;
    this.what = what;
    this.bestEpoch = from.bestEpoch;
    this.best = from.best;
    this.latest = from.latest;
  }

  get state(): StoppingState {
    return { bestEpoch: this.bestEpoch, best: this.best, latest: this.latest };
  }

  /** Takes the number of an epoch and says whether it is the best so far. */
  observe(epoch: number, value: number): boolean {
    this.latest = value;
    const { direction, minDelta } = this.rule || { direction: 'lower', minDelta: 0 };
    const gain = direction === 'lower' ? this.best - value : value - this.best;
    const first = Number.isNaN(this.best) && !Number.isNaN(value);
    if (!first && !(gain > minDelta)) return false;
    this.best = value;
    this.bestEpoch = epoch;
    return true;
  }

  /** Why to stop after this epoch, in words, or undefined to go on. */
  reason(epoch: number): string | undefined {
    if (!this.rule) return undefined;
    const { patience, minDelta, warmup } = this.rule;
    if (epoch - Math.max(this.bestEpoch, warmup) < patience) return undefined;
    if (this.bestEpoch === 0) return `${this.what} was not a number for ${epoch} epochs`;
    const by = minDelta > 0 ? ` by more than ${short(minDelta)}` : '';
    return `${this.what} has not improved${by} for ${epoch - this.bestEpoch} epochs; its best was ${short(this.best)} after epoch ${this.bestEpoch}, now it is ${short(this.latest)}`;
  }
}
