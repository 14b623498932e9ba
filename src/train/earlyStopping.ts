import { short } from '../base/index.ts';

export interface Stopping {
  readonly patience: number;
  readonly minDelta: number;
}

/** Watches a loss that should fall; says when it has not improved by more than `minDelta` for `patience` epochs. */
export class EarlyStopping {
  bestEpoch = 0;
  private best = Infinity;
  private readonly rule: Stopping | false;

  constructor(rule: Stopping | false) {
    this.rule = rule;
  }

  /** Takes the loss of an epoch and says whether it is the best so far. */
  observe(epoch: number, loss: number): boolean {
    if (!(loss < this.best - (this.rule ? this.rule.minDelta : 0))) return false;
    this.best = loss;
    this.bestEpoch = epoch;
    return true;
  }

  /** Why to stop after this epoch, in words, or undefined to go on. */
  reason(epoch: number): string | undefined {
    if (!this.rule || epoch - this.bestEpoch < this.rule.patience) return undefined;
    if (this.bestEpoch === 0) return `the validation loss was not a number for ${epoch} epochs`;
    return `the validation loss has not improved for ${this.rule.patience} epochs; its best was ${short(this.best)} after epoch ${this.bestEpoch}`;
  }
}
