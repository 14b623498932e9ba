import { grouped, short, type Tensor } from '../base/index.ts';
import { epochOrder, type Split } from '../data/index.ts';
import type { Memory } from '../engine/index.ts';
import { metrics, parametersOf, statesOf } from '../nn/index.ts';
import { needsBatch } from './batchNeeds.ts';
import { EarlyStopping } from './earlyStopping.ts';
import type { Evaluator } from './evaluate.ts';
import type { EpochRecord, Measure, TrainEvent } from './events.ts';
import type { Network } from './network.ts';
import { type Trainer, updateNumbers } from './programs.ts';
import type { Resolved } from './settings.ts';

export type Ending = 'epochs' | 'earlyStopping' | 'interrupted' | 'diverged';

/** Why training ended. */
export interface Stop {
  readonly ending: Ending;
  readonly words: string;
}

interface Parts {
  readonly trainer: Trainer;
  readonly evaluator?: Evaluator;
  readonly memory: Memory;
  readonly network: Network;
}

/** Epoch after epoch until there is a reason to stop. */
export class Loop {
  private readonly resolved: Resolved;
  private readonly rows: Split;
  private readonly parts: Parts;
  private readonly emit: (event: TrainEvent) => void;
  private readonly signal?: AbortSignal;
  private readonly needsBatch: boolean;
  private trainSeconds = 0;
  private rowsSeen = 0;
  private lastProgress = 0;
  private lastPause = 0;
  private readonly started = performance.now();

  constructor(resolved: Resolved, rows: Split, parts: Parts, emit: (event: TrainEvent) => void, signal?: AbortSignal) {
    this.resolved = resolved;
    this.rows = rows;
    this.parts = parts;
    this.emit = emit;
    this.signal = signal;
    this.needsBatch = needsBatch(resolved.model) !== undefined;
  }

  async run() {
    const { settings } = this.resolved;
    const { evaluator } = this.parts;
    const stopping = new EarlyStopping(settings.earlyStopping);
    const epochs: EpochRecord[] = [];
    let best: EpochRecord | undefined;
    let weights = await this.snapshot();
    let stopped: Stop = { ending: 'epochs', words: `all ${settings.epochs} epochs are done` };
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const began = performance.now();
      const { measure, ending } = await this.epoch(epoch);
      if (ending) {
        stopped = ending;
        if (ending.ending === 'interrupted' && !(settings.earlyStopping && best)) {
          // Without early stopping the latest weights count, and they belong to no whole epoch.
          weights = await this.snapshot();
          best = undefined;
        }
        break;
      }
      const validation =
        evaluator && this.rows.validation.length > 0 ? await evaluator.measure(this.rows.validation) : undefined;
      const record: EpochRecord = { epoch, train: measure, validation, seconds: (performance.now() - began) / 1000 };
      epochs.push(record);
      const latest = await this.snapshot();
      const loss = validation?.loss ?? measure.loss;
      if (!Number.isFinite(loss) || !isUsable(latest)) {
        this.emit({ kind: 'epoch', record, best: false });
        stopped = this.diverged(validation ? 'validation' : 'training', validation ? loss : Number.NaN, epoch);
        break;
      }
      const improved = stopping.observe(epoch, loss);
      if (improved || !settings.earlyStopping) {
        best = record;
        weights = latest;
      }
      this.emit({ kind: 'epoch', record, best: improved });
      const reason = stopping.reason(epoch);
      if (reason) {
        stopped = { ending: 'earlyStopping', words: reason };
        break;
      }
    }
    return { epochs, best, stopped, trainSeconds: this.trainSeconds, rowsSeen: this.rowsSeen, weights };
  }

  private async epoch(epoch: number): Promise<{ measure: Measure; ending?: Stop }> {
    const { settings } = this.resolved;
    const { trainer, network } = this.parts;
    const { batchSize } = settings;
    const order = epochOrder(this.rows.train, settings.seed, epoch);
    const usable = this.needsBatch && order.length % batchSize === 1 ? order.length - 1 : order.length;
    const perEpoch = Math.ceil(usable / batchSize);
    const numbers = updateNumbers(this.resolved, settings.epochs * perEpoch);
    let [loss, metric, done] = [0, 0, 0];
    while (done < usable) {
      await this.pause();
      if (this.signal?.aborted)
        return {
          measure: { loss, metric },
          ending: {
            ending: 'interrupted',
            words: `interrupted after update ${grouped(trainer.update)}, in epoch ${epoch}`,
          },
        };
      const fullLeft = Math.floor((usable - done) / batchSize);
      const count = fullLeft === 0 ? 1 : trainer.stepsFor(fullLeft);
      const batch = fullLeft === 0 ? usable - done : batchSize;
      const before = performance.now();
      const results = await trainer.run(order.subarray(done, done + count * batch), count, numbers);
      const seconds = (performance.now() - before) / 1000;
      this.trainSeconds += seconds;
      this.rowsSeen += count * batch;
      done += count * batch;
      for (let step = 0; step < count; step++) {
        if (!Number.isFinite(results.loss[step]))
          return {
            measure: { loss, metric },
            ending: this.diverged('training', results.loss[step], epoch, trainer.update - count + step + 1),
          };
        loss += results.loss[step] * batch;
        metric += results.metric[step] * batch;
      }
      if (fullLeft > 0) await trainer.tune(seconds, count, batchSize, settings.epochs * perEpoch - trainer.update);
      this.progress(epoch, done, usable, { loss: loss / done, metric: metrics[network.metric].finish(metric / done) });
    }
    return { measure: { loss: loss / usable, metric: metrics[network.metric].finish(metric / usable) } };
  }

  private diverged(
    which: 'training' | 'validation',
    loss: number,
    epoch: number,
    update = this.parts.trainer.update,
  ): Stop {
    const { lr } = this.resolved.optimizer.options;
    return {
      ending: 'diverged',
      words: `the ${which} loss became ${loss} at update ${grouped(update)}, in epoch ${epoch}; the likely cause is the learning rate ${short(lr as number)}: try a tenth of it`,
    };
  }

  private progress(epoch: number, rowsDone: number, rowsTotal: number, { loss, metric }: Measure): void {
    const now = performance.now();
    if (now - this.lastProgress < 100 && rowsDone < rowsTotal) return;
    this.lastProgress = now;
    const done = epoch - 1 + rowsDone / rowsTotal;
    const secondsLeft = ((now - this.started) / 1000 / done) * (this.resolved.settings.epochs - done);
    this.emit({
      kind: 'progress',
      epoch,
      update: this.parts.trainer.update,
      rowsDone,
      rowsTotal,
      loss,
      metric,
      samplesPerSecond: this.rowsSeen / this.trainSeconds,
      secondsLeft,
    });
  }

  /** Lets signals and the page be heard now and then: an engine may compute without ever waiting. */
  private async pause(): Promise<void> {
    const now = performance.now();
    if (now - this.lastPause < 50) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.lastPause = performance.now();
  }

  private async snapshot(): Promise<Map<string, Tensor>> {
    const { memory, network } = this.parts;
    const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
    return new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const)));
  }
}

/** Whether every weight is a number. */
const isUsable = (weights: ReadonlyMap<string, Tensor>): boolean =>
  [...weights.values()].every(({ data }) => data.every((w: number) => Number.isFinite(w)));
