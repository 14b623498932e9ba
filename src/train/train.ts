import { grouped, sizeOf, type Tensor, WellfitError } from '../base/index.ts';
import { checkDataset, type Dataset, type Split, split } from '../data/index.ts';
import { type Engine, type Memory, onnxRuntimeEngine } from '../engine/index.ts';
import { initialize, parametersOf } from '../nn/index.ts';
import { optimizers } from '../optim/index.ts';
import { fitPreprocess } from '../preprocess/index.ts';
import { needsBatch, refuseSingleRow } from './batchNeeds.ts';
import { Evaluator } from './evaluate.ts';
import type { EpochRecord, Measure, TrainEvent } from './events.ts';
import { Loop, type Stop } from './loop.ts';
import { dataOf, dataTensors, type Network } from './network.ts';
import { Trainer } from './programs.ts';
import { type Choice, type Resolved, resolve, type Settings } from './settings.ts';
import { optimizerState } from './step.ts';

export interface TrainOptions {
  /** ONNX Runtime on the CPU unless said. */
  readonly engine?: Engine;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Once aborted, training ends after the step under way; the run keeps what it has. */
  readonly signal?: AbortSignal;
}

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
  readonly stopped: Stop;
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
