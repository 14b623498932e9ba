import { pick, type Tensor } from '../../src/base/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { describeModel, type LossName, parametersOf, statesOf } from '../../src/nn/index.ts';
import { optimizers, regularizers } from '../../src/optim/index.ts';
import { dataOf, type Network } from '../../src/train/step/network.ts';
import { numbersOf } from '../../src/train/step/numbers.ts';
import { prepareMemory } from '../../src/train/step/prepare.ts';
import { Trainer } from '../../src/train/step/programs.ts';
import { readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

/** One training as PyTorch did it in float64; the file says with which script. */
export interface Training {
  readonly label: string;
  readonly model: readonly unknown[];
  readonly shape: readonly number[];
  readonly outputs: { readonly classes: number } | { readonly numbers: number };
  readonly loss: LossName;
  readonly optimizer: unknown;
  readonly l2: number;
  readonly batch: number;
  readonly features: StoredTensor;
  readonly targets: StoredTensor;
  readonly start: Readonly<Record<string, StoredTensor>>;
  /** The rows of all updates, batch after batch. */
  readonly rows: StoredTensor;
  readonly losses: StoredTensor;
  readonly end: Readonly<Record<string, StoredTensor>>;
}

export const { trainings } = readGolden<{ trainings: Training[] }>('torch-trainings.json');

/** What can be trained: a network, its data, first weights and the rows of each batch. */
export interface Task {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly start: Readonly<Record<string, Tensor>>;
  readonly rows: Int32Array;
  readonly batch: number;
}

/** A task as an experiment would write it. */
export function makeTask(
  dataset: Dataset,
  options: {
    model: readonly unknown[];
    loss: LossName;
    optimizer: unknown;
    l2?: number;
    rows: Int32Array;
    batch: number;
  },
): Task {
  const network: Network = {
    model: describeModel(options.model, dataset.shape),
    preprocess: [],
    loss: { kind: options.loss, options: {} },
    metric: { kind: dataset.targets.kind === 'classes' ? 'accuracy' : 'rmse', options: {} },
    averaged: false,
    optimizer: pick(optimizers, options.optimizer, 'optimizer', 'optimizer'),
    regularizers: options.l2 ? [pick(regularizers, { l2: options.l2 }, 'regularize', 'regularizer')] : [],
    data: dataOf(dataset),
  };
  return { network, dataset, start: {}, rows: options.rows, batch: options.batch };
}

export function taskOf(training: Training): Task {
  const { shape, outputs, features } = training;
  const { data } = tensorOf(training.targets);
  const dataset: Dataset = {
    name: 'golden',
    rows: features.shape[0],
    shape,
    features: Float32Array.from(tensorOf(features).data),
    targets:
      'classes' in outputs
        ? { kind: 'classes', data: Int32Array.from(data), classes: Array.from({ length: outputs.classes }, String) }
        : { kind: 'numbers', data: Float32Array.from(data), width: outputs.numbers },
  };
  const task = makeTask(dataset, { ...training, rows: Int32Array.from(tensorOf(training.rows).data) });
  return { ...task, start: tensorsOf(training.start) };
}

interface Trained {
  /** The loss of each update. */
  readonly losses: readonly number[];
  /** Parameters and running statistics after the last. */
  readonly end: Readonly<Record<string, Tensor>>;
}

/** Does the first `updates` of a task, `steps` in each call. */
export async function runTask(
  { network, dataset, start, rows, batch }: Task,
  engine: Engine,
  updates: number,
  { steps = 1, seed = 0 } = {},
): Promise<Trained> {
  const memory = prepareMemory(engine, network, dataset, seed);
  // The engine writes into the arrays it is given.
  for (const [name, value] of Object.entries(start)) memory.set(name, { ...value, data: value.data.slice() });
  const trainer = new Trainer(engine, memory, network, seed);
  const schedule = { kind: 'constant', options: { warmup: 0 } } as const;
  const numbers = numbersOf(
    { optimizer: network.optimizer, schedule, regularizers: network.regularizers },
    { total: updates, perEpoch: updates, losses: [], rows: dataset.rows },
  );
  const losses: number[] = [];
  for (let update = 0; update < updates; update += steps) {
    const { loss } = await trainer.run(rows.slice(update * batch, (update + steps) * batch), steps, numbers);
    losses.push(...Array.from(loss));
  }
  await trainer.release();
  const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
  return {
    losses,
    end: Object.fromEntries(await Promise.all(names.map(async (name) => [name, await memory.get(name)]))),
  };
}
