import { describe, expect, test } from 'vitest';
import { type Picked, pick } from '../../src/base/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { describeModel } from '../../src/nn/index.ts';
import { optimizers, regularizers } from '../../src/optim/index.ts';
import { dataOf, type Network } from '../../src/train/step/network.ts';
import { numbersOf } from '../../src/train/step/numbers.ts';
import { prepareMemory } from '../../src/train/step/prepare.ts';
import { Trainer } from '../../src/train/step/programs.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

interface Case {
  readonly optimizer: Readonly<Record<string, { lr: number }>>;
  readonly norm: string;
  readonly regularizer: string;
  readonly regularize: Readonly<Record<string, unknown>>;
  readonly losses: StoredTensor;
}

/** Trainings as PyTorch did them in float64; the file says with which script. */
const golden = readGolden<{
  shape: number[];
  batch: number;
  classes: number;
  features: StoredTensor;
  targets: StoredTensor;
  rows: StoredTensor;
  starts: { norm: string; model: unknown[]; start: Record<string, StoredTensor> }[];
  cases: Case[];
}>('torch-matrix.json');

const dataset: Dataset = {
  name: 'golden',
  rows: golden.features.shape[0],
  shape: golden.shape,
  features: Float32Array.from(tensorOf(golden.features).data),
  targets: {
    kind: 'classes',
    data: Int32Array.from(tensorOf(golden.targets).data),
    classes: Array.from({ length: golden.classes }, String),
  },
};
const rows = Int32Array.from(tensorOf(golden.rows).data);
const updates = rows.length / golden.batch;

function networkOf({ optimizer, norm, regularize }: Case): Network {
  return {
    model: describeModel(golden.starts.find((start) => start.norm === norm)!.model, golden.shape),
    preprocess: [],
    loss: { kind: 'crossEntropy', options: {} },
    metric: { kind: 'accuracy', options: {} },
    optimizer: pick(optimizers, optimizer, 'optimizer', 'optimizer'),
    regularizers: Object.entries(regularize).map(
      ([kind, options]) => pick(regularizers, { [kind]: options }, '', '') as Picked<keyof typeof regularizers>,
    ),
    averaged: false,
    data: dataOf(dataset),
  };
}

async function lossesOf(entry: Case, engine: Engine): Promise<number[]> {
  const network = networkOf(entry);
  const memory = prepareMemory(engine, network, dataset, 0);
  const { start } = golden.starts.find(({ norm }) => norm === entry.norm)!;
  for (const [name, value] of Object.entries(tensorsOf(start))) memory.set(name, value);
  const trainer = new Trainer(engine, memory, network, 0);
  const schedule = { kind: 'constant', options: { warmup: 0 } } as const;
  const numbers = numbersOf(
    { optimizer: network.optimizer, schedule, regularizers: network.regularizers },
    { total: updates, perEpoch: updates, losses: [], rows: dataset.rows },
  );
  const losses: number[] = [];
  for (let update = 0; update < updates; update++)
    losses.push(
      (await trainer.run(rows.slice(update * golden.batch, (update + 1) * golden.batch), 1, numbers)).loss[0],
    );
  await trainer.release();
  return losses;
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-8, lion: 1e-8 },
  // Lion moves by the sign of a number: where float32 rounds it to the other side of 0, a weight takes another way.
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 2e-4, lion: 0.02 },
];

describe('30 updates from the same weights and batches have the losses that PyTorch has', () => {
  for (const { engine, tolerance, lion } of engines)
    for (const kind of Object.keys(optimizers))
      test(`${kind} with every normalization and regularizer (${engine.name})`, { timeout: 60_000 }, async () => {
        const gaps: Record<string, number> = {};
        for (const entry of golden.cases.filter(({ optimizer }) => kind in optimizer))
          gaps[`${entry.norm}, ${entry.regularizer}`] = gap(await lossesOf(entry, engine), tensorOf(entry.losses).data);
        const limit = kind === 'lion' ? lion : tolerance;
        expect(Object.entries(gaps).filter(([, worst]) => !(worst < limit))).toEqual([]);
        expect(Object.keys(gaps).length).toBe(golden.cases.length / Object.keys(optimizers).length);
      });
});
