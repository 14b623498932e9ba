import { grouped, short, sizeOf, type Tensor, WellfitError } from '../base/index.ts';
import { checkDataset, type Dataset, epochOrder, type Split, split } from '../data/index.ts';
import { type Engine, type Memory, onnxRuntimeEngine } from '../engine/index.ts';
import {
  initialize,
  type Layer,
  layers,
  type Model,
  type ModelLayer,
  metrics,
  parametersOf,
  statesOf,
} from '../nn/index.ts';
import { optimizers } from '../optim/index.ts';
import { fitPreprocess } from '../preprocess/index.ts';
import { EarlyStopping } from './earlyStopping.ts';
import { Evaluator } from './evaluate.ts';
import type { EpochRecord, Measure, TrainEvent } from './events.ts';
import { dataOf, dataTensors, type Network } from './network.ts';
import { Trainer, updateNumbers } from './programs.ts';
import { type Choice, type Resolved, resolve, type Settings } from './settings.ts';
import { optimizerState } from './step.ts';

export interface TrainOptions {
  /** ONNX Runtime on the CPU unless said. */
  readonly engine?: Engine;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Once aborted, training ends after the step under way; the run keeps what it has. */
  readonly signal?: AbortSignal;
}

export type Ending = 'epochs' | 'earlyStopping' | 'interrupted' | 'diverged';

/** A finished (or interrupted) training with its weights. */
export interface Run {
  readonly settings: Settings;
  readonly chosen: readonly Choice[];
  readonly notes: readonly string[];
  readonly network: Network;
  readonly dataset: Pick<Dataset, 'name' | 'rows' | 'columns'> & { readonly classes?: readonly string[] };
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose weights were kept; absent if no epoch was completed. */
  readonly best?: EpochRecord;
  /** Measured once, at the end, on rows that nothing was decided on. */
  readonly test?: Measure;
  readonly stopped: { readonly ending: Ending; readonly words: string };
  readonly updates: number;
  /** Wall clock, evaluation included, loading of the data not. */
  readonly seconds: number;
  /** Training rows per second of training, evaluation left out. */
  readonly samplesPerSecond: number;
  /** Parameters and running statistics by name. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** Largest batch that evaluation runs at once. */
const evaluationBatch = 256;

/**
 * Trains the experiment's model on a data set.
 * @throws WellfitError for anything in the experiment or the data that cannot work, before the first update
 */
export async function trainOn(
  dataset: Dataset,
  experiment: unknown,
  { engine = onnxRuntimeEngine(), onEvent = () => {}, signal }: TrainOptions = {},
): Promise<Run> {
  checkDataset(dataset);
  const resolved = resolve(experiment, dataset);
  const { settings, chosen } = resolved;
  const rows = split(dataset, { ...settings.split, limit: settings.limit });
  const notes = checkBatch(resolved, rows);
  const started = performance.now();
  const { network, notes: fitNotes } = makeNetwork(resolved, dataset, rows.train);
  notes.push(...fitNotes);
  onEvent({
    kind: 'start',
    settings,
    chosen,
    notes,
    parameters: network.model.parameterCount,
    rows: { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
  });

  const memory = prepareMemory(engine, network, dataset, settings.seed);
  const trainer = new Trainer(engine, memory, network, settings.seed);
  const held = Math.max(rows.validation.length, rows.test.length);
  const evaluator = held > 0 ? new Evaluator(engine, memory, network, Math.min(evaluationBatch, held)) : undefined;
  try {
    const loop = new Loop(resolved, rows, { trainer, evaluator, memory, network }, onEvent, signal);
    const { epochs, best, stopped, trainSeconds, rowsSeen, weights } = await loop.run();
    for (const [name, tensor] of weights) memory.set(name, { ...tensor, data: tensor.data.slice() });
    const test = evaluator && rows.test.length > 0 ? await evaluator.measure(rows.test) : undefined;
    return {
      settings,
      chosen,
      notes,
      network,
      dataset: {
        name: dataset.name,
        rows: dataset.rows,
        columns: dataset.columns,
        classes: dataset.targets.kind === 'classes' ? dataset.targets.classes : undefined,
      },
      epochs,
      best,
      test,
      stopped,
      updates: trainer.update,
      seconds: (performance.now() - started) / 1000,
      samplesPerSecond: trainSeconds > 0 ? rowsSeen / trainSeconds : 0,
      weights,
    };
  } finally {
    await trainer.release();
    await evaluator?.release();
  }
}

/** Fits the preprocessing and fixes everything that compiled programs depend on. */
export function makeNetwork(
  resolved: Resolved,
  dataset: Dataset,
  train: Int32Array,
): { network: Network; notes: string[] } {
  const { steps, notes } = fitPreprocess(resolved.preprocess, dataset, train);
  const { model, loss, optimizer, regularizers, settings } = resolved;
  return {
    network: {
      model,
      preprocess: steps,
      loss,
      metric: settings.metric,
      optimizer,
      regularizers,
      data: dataOf(dataset),
    },
    notes,
  };
}

/** Data, first weights and empty optimizer state, held by the engine. */
export function prepareMemory(engine: Engine, network: Network, dataset: Dataset, seed: number): Memory {
  const memory = engine.memory();
  for (const [name, tensor] of Object.entries(dataTensors(dataset))) memory.set(name, tensor);
  for (const [name, tensor] of initialize(network.model, seed)) memory.set(name, tensor);
  for (const { name, spec } of parametersOf(network.model))
    for (const state of optimizers[network.optimizer.kind].state)
      memory.set(optimizerState(name, state), {
        dtype: 'float',
        shape: spec.shape,
        data: new Float64Array(sizeOf(spec.shape)),
      });
  return memory;
}

function checkBatch({ settings, model }: Resolved, rows: Split): string[] {
  const { batchSize } = settings;
  if (batchSize > rows.train.length)
    throw new WellfitError('option', `batchSize ${grouped(batchSize)} is larger than the training set`, {
      expected: `at most ${grouped(rows.train.length)}`,
      received: grouped(batchSize),
      fix: 'use a smaller batch, or less validation and test data',
    });
  if (batchSize === 1) refuseSingleRow(model);
  const needy = needsBatch(model);
  return needy && rows.train.length % batchSize === 1
    ? [`each epoch leaves out one row, another one each time: "${needy.name}" cannot normalize a last batch of one row`]
    : [];
}

const needsBatch = (model: Model): ModelLayer | undefined =>
  model.layers.find(({ kind }) => (layers[kind] as Layer).needsBatch);

/** @throws WellfitError where a layer needs more than one row to train on */
export function refuseSingleRow(model: Model): void {
  const needy = needsBatch(model);
  if (needy)
    throw new WellfitError('option', `layer "${needy.name}" cannot normalize a batch of one row`, {
      expected: 'a batch of 2 rows or more',
      received: '1',
      fix: 'use a larger batch, or remove the layer',
    });
}

interface Parts {
  readonly trainer: Trainer;
  readonly evaluator?: Evaluator;
  readonly memory: Memory;
  readonly network: Network;
}

/** Epoch after epoch until there is a reason to stop. */
class Loop {
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
    let stopped: Run['stopped'] = { ending: 'epochs', words: `all ${settings.epochs} epochs are done` };
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
      const improved = stopping.observe(epoch, (validation ?? measure).loss);
      if (improved || (!settings.earlyStopping && Number.isFinite((validation ?? measure).loss))) {
        best = record;
        weights = await this.snapshot();
      }
      this.emit({ kind: 'epoch', record, best: improved });
      if (validation && !Number.isFinite(validation.loss)) {
        stopped = this.diverged('validation', validation.loss, this.parts.trainer.update, epoch);
        break;
      }
      const reason = stopping.reason(epoch);
      if (reason) {
        stopped = { ending: 'earlyStopping', words: reason };
        break;
      }
    }
    return { epochs, best, stopped, trainSeconds: this.trainSeconds, rowsSeen: this.rowsSeen, weights };
  }

  private async epoch(epoch: number): Promise<{ measure: Measure; ending?: Run['stopped'] }> {
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
            ending: this.diverged('training', results.loss[step], trainer.update - count + step + 1, epoch),
          };
        loss += results.loss[step] * batch;
        metric += results.metric[step] * batch;
      }
      if (fullLeft > 0) await trainer.tune(seconds, count, batchSize, settings.epochs * perEpoch - trainer.update);
      this.progress(epoch, done, usable, { loss: loss / done, metric: metrics[network.metric].finish(metric / done) });
    }
    return { measure: { loss: loss / usable, metric: metrics[network.metric].finish(metric / usable) } };
  }

  private diverged(which: 'training' | 'validation', loss: number, update: number, epoch: number): Run['stopped'] {
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
