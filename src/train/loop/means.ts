import type { Picked } from '../../base/index.ts';
import { type Metric, metrics } from '../../nn/index.ts';
import type { BatchSums } from '../checkpoint/state.ts';
import type { TrainMeasure } from '../records.ts';

export const noSums: BatchSums = { loss: 0, metric: 0, rows: 0 };

/** Running means over batches of different sizes. */
export class BatchMeans {
  sums: BatchSums;
  private readonly running: Metric['running'];

  constructor({ kind }: Picked<keyof typeof metrics>, from = noSums) {
    this.running = (metrics[kind] as Metric).running;
    this.sums = from;
  }

  add(rows: number, loss: number, metric = 0): void {
    const { sums } = this;
    this.sums = { rows: sums.rows + rows, loss: sums.loss + loss * rows, metric: sums.metric + metric * rows };
  }

  measure(): TrainMeasure {
    const { running } = this;
    const { loss, metric, rows } = this.sums;
    return { loss: loss / rows, ...(running && { metric: running.finish(metric / rows) }) };
  }
}
