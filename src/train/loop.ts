import { grouped, type Picked, short, type Tensor } from '../base/index.ts';
import { epochOrder, type Split } from '../data/index.ts';
import type { Memory } from '../engine/index.ts';
import { type Metric, metrics, parametersOf, statesOf } from '../nn/index.ts';
import { averageState, RunningMean } from './averaging.ts';
import { needsBatch } from './batchNeeds.ts';
import { EarlyStopping } from './earlyStopping.ts';
import type { Evaluator } from './evaluate.ts';
import type { EpochRecord, TrainEvent, TrainMeasure } from './events.ts';
import type { Network } from './network.ts';
import { type Numbers, numbersOf } from './numbers.ts';
import type { Trainer } from './programs.ts';
import type { Resolved } from './settings.ts';

export type Ending = 'epochs' | 'earlyStopping' | 'interrupted' | 'diverged';

/** Why training ended. */
export interface Stop {
  readonly ending: Ending;
  readonly words: string;
}

export type Weights = ReadonlyMap<string, Tensor>;

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
  /** Rows of an epoch that are trained on: a last batch of one row may have to be left out. */
  private readonly usable: number;
  private readonly losses: number[] = [];
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
    const all = rows.train.length;
    const single = needsBatch(resolved.model) !== undefined && all % resolved.settings.batchSize === 1;
    this.usable = single ? all - 1 : all;
  }

  async run() {
    const { settings, average } = this.resolved;
    const { evaluator } = this.parts;
    const { watch, stopping } = this.watched();
    const keepsBest = settings.earlyStopping !== false && settings.earlyStopping.restoreBest;
    const swaFrom =
      average?.kind === 'swa' ? Math.floor((average.options.start as number) * settings.epochs) + 1 : Infinity;
    const mean = new RunningMean();
    const epochs: EpochRecord[] = [];
    const snapshots: Weights[] = [];
    let best: EpochRecord | undefined;
    let weights: Weights = await this.snapshot();
    let stopped: Stop = { ending: 'epochs', words: `all ${settings.epochs} epochs are done` };
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const began = performance.now();
      const { measure, ending } = await this.epoch(epoch);
      if (ending) {
        stopped = ending;
        if (ending.ending === 'interrupted' && !(keepsBest && best)) {
          // Where the latest weights count, they belong to no whole epoch.
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
      this.losses.push(loss);
      if (!Number.isFinite(loss) || !isUsable(latest)) {
        this.emit({ kind: 'epoch', record, best: false });
        stopped = this.diverged(validation ? 'validation' : 'training', validation ? loss : Number.NaN, epoch);
        break;
      }
      if (epoch >= swaFrom) mean.add(latest);
      if (this.endsCycle(epoch)) snapshots.push(latest);
      const improved = stopping.observe(epoch, watch(record));
      if (improved || !keepsBest) {
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
    const averaged = stopped.ending === 'diverged' ? 0 : mean.count;
    return {
      epochs,
      best,
      stopped,
      trainSeconds: this.trainSeconds,
      rowsSeen: this.rowsSeen,
      weights: averaged > 0 ? mean.mean(weights) : weights,
      averaged,
      snapshots,
    };
  }

  /** The number that decides on the best epoch and on stopping. */
  private watched() {
    const { settings, metric } = this.resolved;
    const rule = settings.earlyStopping;
    const byMetric = rule && rule.metric !== 'loss';
    const watch = ({ train, validation }: EpochRecord): number =>
      (byMetric ? validation?.metric : (validation?.loss ?? train.loss)) ?? Number.NaN;
    return { watch, stopping: new EarlyStopping(rule, `the validation ${byMetric ? metric.kind : 'loss'}`) };
  }

  /** Whether a snapshot for an ensemble is due: at the end of each of equal parts of the run. */
  private endsCycle(epoch: number): boolean {
    const { ensemble, epochs } = this.resolved.settings;
    if (!ensemble || !('snapshots' in ensemble)) return false;
    return epoch % (epochs / ensemble.snapshots) === 0;
  }

  private async epoch(epoch: number): Promise<{ measure: TrainMeasure; ending?: Stop }> {
    const { settings } = this.resolved;
    const { trainer } = this.parts;
    const { batchSize } = settings;
    const { usable } = this;
    const order = epochOrder(this.rows.train, settings.seed, epoch);
    const perEpoch = Math.ceil(usable / batchSize);
    const total = settings.epochs * perEpoch;
    const numbers: Numbers = numbersOf(this.resolved, {
      total,
      perEpoch,
      losses: this.losses,
      rows: this.rows.train.length,
    });
    const mean = new BatchMeans(this.resolved.metric);
    let done = 0;
    while (done < usable) {
      await this.pause();
      if (this.signal?.aborted)
        return {
          measure: mean.measure(),
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
            measure: mean.measure(),
            ending: this.diverged('training', results.loss[step], epoch, trainer.update - count + step + 1),
          };
        mean.add(batch, results.loss[step], results.metric?.[step]);
      }
      if (fullLeft > 0) await trainer.tune(seconds, count, batchSize, total - trainer.update);
      this.progress(epoch, done, usable, mean.measure());
    }
    return { measure: mean.measure() };
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

  private progress(epoch: number, rowsDone: number, rowsTotal: number, measure: TrainMeasure): void {
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
      ...measure,
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

  /** The weights that count: the current ones, or their moving average. */
  private async snapshot(): Promise<Map<string, Tensor>> {
    const { memory, network, trainer } = this.parts;
    const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
    // Before the first update there is nothing to average.
    const held = (name: string) => (network.averaged && trainer.update > 0 ? averageState(name) : name);
    return new Map(await Promise.all(names.map(async (name) => [name, await memory.get(held(name))] as const)));
  }
}

/** Running means over batches of different sizes. */
class BatchMeans {
  private loss = 0;
  private metric = 0;
  private rows = 0;
  private readonly running: Metric['running'];

  constructor({ kind }: Picked<keyof typeof metrics>) {
    this.running = (metrics[kind] as Metric).running;
  }

  add(rows: number, loss: number, metric = 0): void {
    this.rows += rows;
    this.loss += loss * rows;
    this.metric += metric * rows;
  }

  measure(): TrainMeasure {
    const { loss, metric, rows, running } = this;
    return { loss: loss / rows, ...(running && { metric: running.finish(metric / rows) }) };
  }
}

/** Whether every weight is a number. */
const isUsable = (weights: Weights): boolean =>
  [...weights.values()].every(({ data }) => data.every((w: number) => Number.isFinite(w)));
