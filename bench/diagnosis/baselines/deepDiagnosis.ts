import type { History } from '../../../src/doctor/index.ts';
import type { Histogram, Signals } from '../../../src/monitor/index.ts';
import { accuracies, alarms, badLoss, firstLayer, firstWeight, perEpoch, size, type Tool } from './tool.ts';

const vanishing = 1e-7;
const dead = 0.7;
const saturated = { beyond: 5, share: 0.5 };
const variance = { least: 1e-5, most: 10 };
const ratio = { least: 1e-5, most: 1e-1 };
/** Epochs in which nothing may stay as it is. */
const patience = { loss: 5, accuracy: 20, tensor: 5 };

const bounds: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, Infinity],
};

export const deepDiagnosis: Tool = {
  name: 'DeepDiagnosis',
  source: 'Wardat et al., ICSE 2022',
  differs: [
    'the mean magnitude of a gradient is taken as its root mean square',
    'the variance of a weight is taken around 0',
    'saturation is judged on a sample of 256 values of what comes before the activation',
    'tensors are compared at the looks that lie five epochs apart',
  ],
  symptoms: {
    outOfRangeInput: ['unscaledInput'],
    outOfRangeTarget: ['outputRange', 'unscaledTarget'],
    numericalError: ['notFinite', 'diverged', 'explodingActivations', 'explodingGradient'],
    weightInitialization: ['initialScaleTooLarge', 'initialScaleTooSmall', 'symmetricUnits'],
    unchangedWeight: ['layerNotTraining', 'symmetricUnits'],
    deadNode: ['deadUnits', 'dyingUnits'],
    saturatedActivation: ['saturation'],
    vanishingGradient: ['vanishingGradient', 'initialScaleTooSmall'],
    rateTooHigh: ['rateTooHigh', 'updateRatioTooHigh'],
    rateTooLow: ['fallingSlowly', 'updateRatioTooLow'],
    lossNotDecreasing: ['lossFlat', 'fallingSlowly'],
    accuracyNotIncreasing: ['lossFlat', 'fallingSlowly', 'validationAtChance'],
  },
  look(history) {
    const { signals, epochs } = history;
    const epoch = perEpoch(history);
    const outside = signals.find(({ input }) => !(input.largest <= 1));
    const bad = badLoss(history);
    const last = signals.length > 0 ? [signals[signals.length - 1]] : [];
    const stepOf = ({ lr }: Signals, gradient: number, weight: number) => (lr * gradient) / weight;
    const still = unchanged(
      epochs.map(({ train }) => train.loss),
      patience.loss,
    );
    const accuracy = accuracies(history)?.train;
    const stuck = accuracy && (unchanged(accuracy, patience.accuracy) ?? firstAt(accuracy, (x) => x === 0));
    return alarms({
      outOfRangeInput: outside && { since: outside.update },
      outOfRangeTarget: missesTarget(history),
      numericalError: bad === undefined ? undefined : { since: bad },
      weightInitialization: firstWeight({ ...history, signals: signals.slice(0, 1) }, ({ weight, size: n }) => {
        const spread = weight ** 2 / n;
        return spread < variance.least || spread > variance.most;
      }),
      unchangedWeight: unchangedWeight(history, epoch),
      deadNode: firstLayer({ ...history, signals: last }, ({ kind, zeros }) => kind === 'relu' && zeros >= dead),
      saturatedActivation: saturation(history),
      vanishingGradient: firstWeight(history, (weight) => size(weight) < vanishing),
      rateTooHigh: firstWeight(history, ({ gradient, weight }, one) => stepOf(one, gradient, weight) > ratio.most),
      rateTooLow: firstWeight(history, ({ gradient, weight }, one) => stepOf(one, gradient, weight) < ratio.least),
      lossNotDecreasing: still === undefined ? undefined : { since: still * epoch },
      accuracyNotIncreasing: stuck === undefined ? undefined : { since: stuck * epoch },
    });
  },
};

/** The epoch at which a value has stayed the same for so many. */
function unchanged(curve: readonly number[], epochs: number): number | undefined {
  const at = curve.findIndex((_, i) => i >= epochs && curve.slice(i - epochs, i).every((x) => x === curve[i]));
  return at < 0 ? undefined : at + 1;
}

function firstAt(curve: readonly number[], holds: (x: number) => boolean): number | undefined {
  const at = curve.findIndex(holds);
  return at < 0 ? undefined : at + 1;
}

/** A last activation that cannot reach the targets of a regression: mean and one deviation on either side. */
function missesTarget({ layers, target }: History): { since: number; layer: string } | undefined {
  const last = layers.at(-1);
  const range = last && bounds[last.kind];
  if (!range || target.kind !== 'numbers') return undefined;
  const [low, high] = range;
  const out = target.mean.some((mean, i) => mean - target.deviation[i] < low || mean + target.deviation[i] > high);
  return out ? { since: 0, layer: last.name } : undefined;
}

function unchangedWeight({ signals }: History, epoch: number): { since: number; layer: string } | undefined {
  for (const [i, one] of signals.entries()) {
    const before = signals.slice(0, i).findLast(({ update }) => one.update - update >= patience.tensor * epoch);
    if (!before) continue;
    for (const [layer, { kind, weight }] of Object.entries(one.parameters))
      if (kind === 'weight' && weight === before.parameters[layer]?.weight) return { since: one.update, layer };
  }
  return undefined;
}

/** Half of what comes to a sigmoid or tanh lies where it is flat. */
function saturation({ signals }: History): { since: number; layer: string } | undefined {
  for (const one of signals) {
    const named = Object.entries(one.layers);
    for (const [i, [layer, { kind }]] of named.entries())
      if ((kind === 'sigmoid' || kind === 'tanh') && i > 0 && beyond(named[i - 1][1].values) > saturated.share)
        return { since: one.update, layer };
  }
  return undefined;
}

/** Share of the values in bins whose middle lies beyond the limit. */
function beyond({ low, high, counts }: Histogram): number {
  const width = (high - low) / counts.length;
  const all = counts.reduce((a, b) => a + b, 0);
  const out = counts.reduce((n, count, i) => n + (Math.abs(low + (i + 0.5) * width) > saturated.beyond ? count : 0), 0);
  return all > 0 ? out / all : 0;
}
