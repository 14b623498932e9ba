import { expect, vi } from 'vitest';
import type { Tensor } from '../../src/base/index.ts';
import { type Dataset, split } from '../../src/data/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { type Engine, type Memory, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { parametersOf, statesOf } from '../../src/nn/index.ts';
import type { Experiment, Measure, Run } from '../../src/train/index.ts';
import { Evaluator } from '../../src/train/measure/evaluate.ts';
import { resolve } from '../../src/train/settings/resolve.ts';
import type { Network } from '../../src/train/step/network.ts';
import { numbersOf } from '../../src/train/step/numbers.ts';
import { makeNetwork, prepareMemory } from '../../src/train/step/prepare.ts';
import { Trainer } from '../../src/train/step/programs.ts';
import { optimizerState, optimizerStates } from '../../src/train/step/step.ts';

// A training takes less than a second, and several on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

export const digits = await loadDataset('digits');
export const iris = await loadDataset('iris');

/** One thread: as fast for such small networks, and other tests run beside. */
export const cpu = onnxRuntimeEngine({ threads: 1 });

/** The same with one step a call, for tests that stop between two steps. */
export const stepwise = (engine: Engine = cpu): Engine => ({ ...engine, agreed: 1 });

type Partly = Omit<Experiment, 'data'>;

/** An experiment on a data set at hand. */
export const on = (dataset: Dataset, rest: Partly = {}): Experiment => ({ data: { dataset: dataset.name }, ...rest });

/** Everything that `trainOn` prepares, for tests that look at single updates. */
export async function prepare(dataset: Dataset, rest: Partly, engine: Engine = cpu) {
  const resolved = resolve(on(dataset, rest), dataset);
  const { settings } = resolved;
  const rows = split(dataset, { ...settings.split, limit: settings.limit });
  const { network } = await makeNetwork(resolved, dataset, rows.train, { engine });
  const memory = prepareMemory(engine, network, dataset, settings.seed);
  const trainer = new Trainer(engine, memory, network, settings.seed);
  const run = { total: 100, perEpoch: 100, losses: [], rows: rows.train.length };
  return { resolved, rows, network, memory, trainer, numbers: numbersOf(resolved, run) };
}

/** Parameters, running statistics and optimizer state. */
export async function everything(memory: Memory, network: Network): Promise<Map<string, Tensor>> {
  const parameters = parametersOf(network.model).map(({ name }) => name);
  const kept = parametersOf(network.model).flatMap((p) =>
    Object.keys(optimizerStates(network, p)).map((s) => optimizerState(p.name, s)),
  );
  const names = [...parameters, ...statesOf(network.model).map(({ name }) => name), ...kept];
  return new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const)));
}

type Named = ReadonlyMap<string, { readonly data: ArrayLike<number> }>;

/** Names of the tensors that differ in any bit. */
export const different = (a: Named, b: Named): string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((name) => {
    const [left, right] = [a.get(name)?.data, b.get(name)?.data];
    return !left || !right || left.length !== right.length || Array.from(left).some((x, i) => !Object.is(x, right[i]));
  });

export function expectSameBits(a: Named, b: Named): void {
  expect(a.size).toBeGreaterThan(0);
  expect(different(a, b)).toEqual([]);
}

/** Measures weights on rows, with the engine of the tests. */
export async function measure(
  dataset: Dataset,
  { network, weights }: Pick<Run, 'network' | 'weights'>,
  rows: Int32Array,
  { engine = cpu as Engine, batch = 64 } = {},
): Promise<Measure> {
  const memory = prepareMemory(engine, network, dataset, 0);
  for (const [name, tensor] of weights) memory.set(name, { ...tensor, data: tensor.data.slice() });
  const evaluator = new Evaluator(engine, memory, network, dataset, batch);
  const result = await evaluator.measure(rows);
  await evaluator.release();
  return result;
}

export { referenceEngine };
