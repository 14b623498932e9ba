import { grouped, short, type Tensor } from '../../base/index.ts';
import { epochOrder, type Split } from '../../data/index.ts';
import type { Memory } from '../../engine/index.ts';
import { parametersOf, statesOf } from '../../nn/index.ts';
import { readMemory } from '../checkpoint/memory.ts';
import type { LoopState } from '../checkpoint/state.ts';
import type { TrainEvent, TrainOptions } from '../events.ts';
import type { Evaluator } from '../measure/evaluate.ts';
import type { EpochRecord, Fault, Stop, TrainMeasure, Weights } from '../records.ts';
import { needsBatch } from '../settings/batchNeeds.ts';
import type { Resolved } from '../settings/resolve.ts';
import { averageState, RunningMean } from '../step/averaging.ts';
import type { Network } from '../step/network.ts';
import { type Numbers, numbersOf } from '../step/numbers.ts';
import type { Trainer } from '../step/programs.ts';
import { EarlyStopping } from './earlyStopping.ts';
import { Guard } from './guard.ts';
import { BatchMeans, noSums } from './means.ts';
import { Watch } from './watch.ts';

export type { Ending, Stop, Weights } from '../records.ts';

interface Parts {
  readonly trainer: Trainer;
  readonly evaluator?: Evaluator;
  readonly memory: Memory;
  readonly network: Network;
}

/** Where a loop begins, and who is told where it stands. */
export interface Saving {
  readonly from?: LoopState;
  /** Seconds that the run has taken before. */
  readonly before: number;
  readonly take?: (state: LoopState) => void | Promise<void>;
  /** Least seconds between two states at the ends of epochs; inside an epoch three times as many. */
  readonly every: number;
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
  private readonly saving: Saving;
  private readonly losses: number[];
  private readonly epochs: EpochRecord[];
  private readonly snapshots: Weights[];
  private readonly mean: RunningMean;
  private readonly stopping: EarlyStopping;
  private readonly deciding: (record: EpochRecord) => number;
  private readonly watch: Watch;
  private readonly guard: Guard;
  /** The epoch that `weights` are of. */
  private bestEpoch?: number;
  private weights: Weights = new Map();
  private trainSeconds: number;
  private rowsSeen: number;
  private lastProgress = 0;
  private lastPause = 0;
  private lastSaved = performance.now();
  private readonly started: number;

  constructor(
    resolved: Resolved,
    rows: Split,
    parts: Parts,
    emit: (event: TrainEvent) => void,
    signal: AbortSignal | undefined,
    saving: Saving,
    looks: Pick<TrainOptions, 'watch' | 'recover'>,
  ) {
    this.resolved = resolved;
    this.rows = rows;
    this.parts = parts;
    this.emit = emit;
    this.signal = signal;
    const all = rows.train.length;
    const single = needsBatch(resolved.model) !== undefined && all % resolved.settings.batchSize === 1;
    this.usable = single ? all - 1 : all;
    this.saving = saving;
    const { from } = saving;
    const { deciding, stopping } = this.decision(from);
    this.deciding = deciding;
    this.watch = new Watch(parts.trainer, looks.watch ?? 'auto', emit);
    this.guard = new Guard(parts, looks.watch !== false, looks.recover ?? false, from?.slower);
    this.stopping = stopping;
    this.losses = [...(from?.losses ?? [])];
    this.epochs = [...(from?.epochs ?? [])];
    this.snapshots = [...(from?.snapshots ?? [])];
    this.mean = new RunningMean(from?.averaged, from?.mean);
    this.bestEpoch = from?.bestEpoch;
    this.trainSeconds = from?.trainSeconds ?? 0;
    this.rowsSeen = from?.rowsSeen ?? 0;
    this.started = performance.now() - 1000 * saving.before;
    parts.trainer.update = from?.update ?? 0;
  }

  /** Trains to the end; the state that comes back has the weights that count, and no memory. */
  async run(): Promise<{ stopped: Stop; state: LoopState }> {
    const { settings, average } = this.resolved;
    const { from, every } = this.saving;
    const { evaluator } = this.parts;
    const keepsBest = settings.earlyStopping !== false && settings.earlyStopping.restoreBest;
    const swaFrom =
      average?.kind === 'swa' ? Math.floor((average.options.start as number) * settings.epochs) + 1 : Infinity;
    this.weights = from?.weights ?? (await this.snapshot());
    let stopped: Stop = { ending: 'epochs', words: `all ${settings.epochs} epochs are done` };
    for (let epoch = from?.epoch ?? 1; epoch <= settings.epochs; epoch++) {
      const continues = epoch === from?.epoch ? from : undefined;
      const began = performance.now() - 1000 * (continues?.epochSeconds ?? 0);
      const { measure, ending } = await this.epoch(epoch, began, continues);
      this.watch.flush();
      if (ending) {
        stopped = ending;
        // Weights whose own forward pass overflows are no better than none.
        const good = ending.ending === 'interrupted' || (ending.fault && ending.fault.pass !== 'forward');
        if (good && !(keepsBest && this.bestEpoch !== undefined)) {
          // Where the latest weights count, they belong to no whole epoch.
          this.weights = await this.snapshot();
          this.bestEpoch = undefined;
        }
        break;
      }
      const validation =
        evaluator && this.rows.validation.length > 0 ? await evaluator.measure(this.rows.validation) : undefined;
      const record: EpochRecord = { epoch, train: measure, validation, seconds: (performance.now() - began) / 1000 };
      this.epochs.push(record);
      const latest = await this.snapshot();
      const loss = validation?.loss ?? measure.loss;
      this.losses.push(loss);
      if (!Number.isFinite(loss) || !isUsable(latest)) {
        this.emit({ kind: 'epoch', record, best: false });
        stopped = this.diverged(validation ? 'validation' : 'training', validation ? loss : Number.NaN, epoch);
        break;
      }
      if (epoch >= swaFrom) this.mean.add(latest);
      if (this.endsCycle(epoch)) this.snapshots.push(latest);
      const improved = this.stopping.observe(epoch, this.deciding(record));
      if (improved || !keepsBest) {
        this.bestEpoch = epoch;
        this.weights = latest;
      }
      this.emit({ kind: 'epoch', record, best: improved });
      const reason = this.stopping.reason(epoch);
      if (reason) {
        stopped = { ending: 'earlyStopping', words: reason };
        break;
      }
      if (this.isDue(every)) await this.save({ epoch: epoch + 1, rowsDone: 0, sums: noSums, epochSeconds: 0 });
    }
    const averaged = stopped.ending === 'diverged' ? 0 : this.mean.count;
    const state = this.state({ epoch: this.epochs.length + 1, rowsDone: 0, sums: noSums, epochSeconds: 0 }, new Map());
    return {
      stopped,
      state: { ...state, averaged, weights: averaged > 0 ? this.mean.mean(this.weights) : this.weights },
    };
  }

  private isDue(seconds: number): boolean {
    return this.saving.take !== undefined && performance.now() - this.lastSaved >= 1000 * seconds;
  }

  private async save(place: Place): Promise<void> {
    const { memory, network } = this.parts;
    await this.saving.take?.(this.state(place, await readMemory(memory, network)));
    this.emit({ kind: 'checkpoint', update: this.parts.trainer.update });
    this.lastSaved = performance.now();
  }

  private state(place: Place, memory: Weights): LoopState {
    return {
      update: this.parts.trainer.update,
      ...place,
      ...(this.guard.slower !== 1 && { slower: this.guard.slower }),
      trainSeconds: this.trainSeconds,
      rowsSeen: this.rowsSeen,
      losses: [...this.losses],
      epochs: [...this.epochs],
      bestEpoch: this.bestEpoch,
      stopping: this.stopping.state,
      averaged: this.mean.count,
      mean: this.mean.state,
      weights: this.weights,
      snapshots: [...this.snapshots],
      memory,
    };
  }

  /** The number that decides on the best epoch and on stopping. */
  private decision(from: LoopState | undefined) {
    const { settings, metric } = this.resolved;
    const rule = settings.earlyStopping;
    const byMetric = rule && rule.metric !== 'loss';
    const deciding = ({ train, validation }: EpochRecord): number =>
      (byMetric ? validation?.metric : (validation?.loss ?? train.loss)) ?? Number.NaN;
    const what = `the validation ${byMetric ? metric.kind : 'loss'}`;
    return { deciding, stopping: new EarlyStopping(rule, what, from?.stopping) };
  }

  /** Whether a snapshot for an ensemble is due: at the end of each of equal parts of the run. */
  private endsCycle(epoch: number): boolean {
    const { ensemble, epochs } = this.resolved.settings;
    if (!ensemble || !('snapshots' in ensemble)) return false;
    return epoch % (epochs / ensemble.snapshots) === 0;
  }

  private async epoch(
    epoch: number,
    began: number,
    from: LoopState | undefined,
  ): Promise<{ measure: TrainMeasure; ending?: Stop }> {
    const { settings } = this.resolved;
    const { trainer } = this.parts;
    const { batchSize } = settings;
    const { usable } = this;
    const order = epochOrder(this.rows.train, settings.seed, epoch);
    const perEpoch = Math.ceil(usable / batchSize);
    const total = settings.epochs * perEpoch;
    const length = { total, perEpoch, losses: this.losses, rows: this.rows.train.length };
    const paced = (slower: number): Numbers => numbersOf(this.resolved, { ...length, slower });
    let numbers = paced(this.guard.slower);
    const mean = new BatchMeans(this.resolved.metric, from?.sums);
    let done = from?.rowsDone ?? 0;
    const save = () =>
      this.save({ epoch, rowsDone: done, sums: mean.sums, epochSeconds: (performance.now() - began) / 1000 });
    await this.guard.begin(
      { epoch, order: order.subarray(0, usable), batchSize, numbers },
      (earlier) => ({
        epoch: earlier,
        order: epochOrder(this.rows.train, settings.seed, earlier).subarray(0, usable),
        batchSize,
        numbers: numbersOf(this.resolved, { ...length, losses: this.losses.slice(0, earlier - 1) }),
      }),
      done,
      mean.sums,
    );
    while (done < usable) {
      await this.pause();
      if (this.signal?.aborted) {
        await save();
        return {
          measure: mean.measure(),
          ending: {
            ending: 'interrupted',
            words: `interrupted after update ${grouped(trainer.update)}, in epoch ${epoch}`,
          },
        };
      }
      const fullLeft = Math.floor((usable - done) / batchSize);
      const batch = fullLeft === 0 ? usable - done : batchSize;
      const whole = fullLeft > 0 || usable < batchSize;
      if (whole && this.watch.due(trainer.update + 1, this.trainSeconds, total)) {
        const before = performance.now();
        await this.guard.keep(done, mean.sums);
        await this.watch.look(order.subarray(done, done + batch), numbers);
        this.watch.took((performance.now() - before) / 1000);
      }
      const room = Math.min(fullLeft, this.watch.room(trainer.update + 1));
      const count = fullLeft === 0 ? 1 : trainer.stepsFor(room);
      const before = performance.now();
      const results = await trainer.run(order.subarray(done, done + count * batch), count, numbers);
      const seconds = (performance.now() - before) / 1000;
      this.trainSeconds += seconds;
      this.rowsSeen += count * batch;
      done += count * batch;
      const losses = Array.from({ length: count }, (_, step) => results.loss[step]);
      this.watch.made(trainer.update - count + 1, losses, results.rates);
      losses.forEach((loss, step) => {
        mean.add(batch, loss, results.metric?.[step]);
      });
      const odd = losses.findIndex((loss) => !Number.isFinite(loss));
      if (odd >= 0 || this.guard.spikes(losses)) {
        const failed = trainer.update - count + odd + 1;
        const found = await this.guard.back(odd >= 0 ? failed : undefined);
        if (!found?.goesOn)
          return {
            measure: mean.measure(),
            ending: this.diverged('training', losses[odd], epoch, failed, found?.fault),
          };
        ({ done } = found);
        mean.sums = found.sums;
        numbers = paced(this.guard.slower);
        this.guard.pace(numbers);
        this.emit({
          kind: 'recovered',
          update: trainer.update,
          why: found.why,
          slower: this.guard.slower,
          fault: found.fault,
        });
        continue;
      }
      if (fullLeft > 0) trainer.tune(seconds, count);
      this.progress(epoch, done, usable, mean.measure());
      if (done < usable && this.isDue(3 * this.saving.every)) await save();
    }
    return { measure: mean.measure() };
  }

  private diverged(
    which: 'training' | 'validation',
    loss: number,
    epoch: number,
    update = this.parts.trainer.update,
    fault?: Fault,
  ): Stop {
    const { lr } = this.resolved.optimizer.options;
    const where = fault ? `: first in ${fault.operator} of ${placeOf(fault)}, at update ${grouped(fault.update)}` : '';
    return {
      ending: 'diverged',
      ...(fault && { fault }),
      words: `the ${which} loss became ${loss} at update ${grouped(update)}, in epoch ${epoch}${where}; the likely cause is the learning rate ${short(lr as number)}: try a tenth of it`,
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

/** Where in an epoch a state is taken. */
type Place = Pick<LoopState, 'epoch' | 'rowsDone' | 'sums' | 'epochSeconds'>;

/** "layer conv1, in its gradient" */
const placeOf = ({ layer, pass }: Fault): string =>
  `${layer === 'loss' ? 'the loss' : `"${layer}"`}${pass === 'forward' ? '' : `, in its ${pass}`}`;

/** Whether every weight is a number. */
const isUsable = (weights: Weights): boolean =>
  [...weights.values()].every(({ data }) => data.every((w: number) => Number.isFinite(w)));
