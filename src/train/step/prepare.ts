import { type Picked, sizeOf, type Tensor } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Engine, Memory } from '../../engine/index.ts';
import { describeModel, initialize, type Loss, type LossName, losses, parametersOf, statesOf } from '../../nn/index.ts';
import { fitPreprocess } from '../../preprocess/index.ts';
import type { Resolved } from '../settings/resolve.ts';
import { averageState } from './averaging.ts';
import { calibrate } from './calibrate.ts';
import { dataOf, dataTensors, type Network, type TargetScale } from './network.ts';
import { optimizerState, optimizerStates } from './step.ts';

export interface MakeOptions {
  /** Computes what preprocessing needs computed. */
  readonly engine: Engine;
  readonly onFit?: (step: string, done: number) => void;
}

/** Fits the preprocessing and fixes everything that compiled programs depend on. */
export async function makeNetwork(
  resolved: Resolved,
  dataset: Dataset,
  train: Int32Array,
  { engine, onFit }: MakeOptions,
): Promise<{ network: Network; notes: string[] }> {
  const { settings, metric, optimizer, regularizers, clip, average, augment } = resolved;
  const { steps, shape, notes } = await fitPreprocess(resolved.preprocess, dataset, train, {
    engine,
    // Networks that differ in their seed share their rows, and so what is learned of them.
    seed: settings.split.seed,
    onProgress: onFit,
  });
  // How many components keep a share of the variance is known only now.
  const model =
    String(shape) === String(resolved.model.input)
      ? resolved.model
      : describeModel(settings.model, shape, 'preprocessing', resolved.model.imported);
  return {
    network: {
      model,
      preprocess: steps,
      augment,
      target: settings.target === 'standardize' ? scaleOf(dataset, train) : undefined,
      loss: fitLoss(resolved.loss, dataset, train),
      metric,
      optimizer,
      regularizers,
      clip: clip?.kind,
      averaged: average?.kind === 'ema',
      data: dataOf(dataset),
    },
    notes,
  };
}

/** Mean and standard deviation of the training targets, one pair for each number of a row. */
export const momentsOf = ({ data, width }: Extract<Dataset['targets'], { kind: 'numbers' }>, train: Int32Array) =>
  Array.from({ length: width }, (_, k) => {
    let [sum, squares] = [0, 0];
    for (const row of train) sum += data[row * width + k];
    const mean = sum / train.length;
    for (const row of train) squares += (data[row * width + k] - mean) ** 2;
    return { mean, deviation: Math.sqrt(squares / train.length) };
  });

function scaleOf({ targets }: Dataset, train: Int32Array): TargetScale | undefined {
  if (targets.kind === 'classes') return undefined;
  const each = momentsOf(targets, train);
  // A constant target is predicted by its mean alone.
  return { shift: each.map(({ mean }) => mean), scale: each.map(({ deviation }) => deviation || 1) };
}

/** A loss may depend on how many training rows each class has. */
function fitLoss({ kind, options }: Picked<LossName>, { targets }: Dataset, train: Int32Array): Picked<LossName> {
  const { fit } = losses[kind] as Loss;
  if (!fit || targets.kind !== 'classes') return { kind, options };
  const counts = targets.classes.map(() => 0);
  for (const row of train) counts[targets.data[row]]++;
  return { kind, options: fit(options, counts) };
}

/** Data, first weights and empty optimizer state, held by the engine. */
export function prepareMemory(engine: Engine, network: Network, dataset: Dataset, seed: number): Memory {
  const memory = engine.memory();
  for (const [name, tensor] of Object.entries(dataTensors(dataset))) memory.set(name, tensor);
  const filled = (shape: readonly number[], fill: number): Tensor => ({
    dtype: 'float',
    shape,
    data: new Float64Array(sizeOf(shape)).fill(fill),
  });
  for (const [name, tensor] of initialize(network.model, seed)) memory.set(name, tensor);
  if (network.averaged)
    for (const { name, spec } of [...parametersOf(network.model), ...statesOf(network.model)])
      memory.set(averageState(name), filled(spec.shape, 0));
  for (const parameter of parametersOf(network.model))
    for (const [state, fill] of Object.entries(optimizerStates(network, parameter)))
      memory.set(optimizerState(parameter.name, state), filled(parameter.spec.shape, fill));
  return memory;
}

/** Memory whose first weights have also seen the data, where an initializer asks for it. */
export async function firstMemory(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  train: Int32Array,
  seed: number,
): Promise<Memory> {
  const memory = prepareMemory(engine, network, dataset, seed);
  await calibrate(engine, memory, network, train, seed);
  return memory;
}
