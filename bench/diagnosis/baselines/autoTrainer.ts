import { accuracies, alarms, badLoss, firstLayer, firstWeight, perEpoch, type Tool } from './tool.ts';

/** Thresholds of the paper; in brackets the keys of its code. */
const accurate = 0.7;
const exploding = 70;
const vanishing = { ratio: 1e-3, first: 1e-4 };
const dead = 0.7;
const oscillation = { swing: 0.03, share: 0.2 };
const gain = 0.01;
const abnormal = 10;
const largestLoss = 1e3;

/** Epochs between two checks. */
const every = 3;

export const autoTrainer: Tool = {
  name: 'AutoTrainer',
  source: 'Zhang et al., ICSE 2021 and TDSC 2024',
  differs: [
    'zero gradients of a ReLU are taken from the share of zeros in what it gives',
    'it looks at the first batch of every third epoch; here the looks at or after it are taken',
    'of regressions, which have no accuracy, only data, gradients and losses are judged',
    'wrong losses and last activations, which it also finds, cannot be written in Wellfit',
  ],
  symptoms: {
    abnormalData: ['unscaledInput'],
    exploding: ['explodingGradient', 'explodingActivations', 'notFinite', 'diverged', 'initialScaleTooLarge'],
    vanishing: ['vanishingGradient', 'initialScaleTooSmall'],
    dyingRelu: ['deadUnits', 'dyingUnits'],
    oscillating: ['oscillation', 'rateTooHigh', 'spikes'],
    slowConvergence: ['fallingSlowly', 'lossFlat', 'updateRatioTooLow'],
  },
  look(history) {
    const { signals } = history;
    const epoch = perEpoch(history);
    const curves = accuracies(history);
    const poorAt = (update: number) => {
      const done = Math.floor((update - 1) / epoch);
      const seen = curves?.train.slice(0, done) ?? [];
      return !seen.some((accuracy) => accuracy >= accurate);
    };
    const checked = signals.filter(({ update }) => update > epoch && Math.floor((update - 1) / epoch) % every === 0);
    const bad = badLoss(history, largestLoss);
    const gradients = { ...history, signals: checked.filter(({ update }) => poorAt(update)) };
    return alarms({
      abnormalData: firstLayer({ ...history, signals: signals.slice(0, 1) }, ({ mean }) => Math.abs(mean) >= abnormal),
      exploding:
        (bad === undefined ? undefined : { since: bad }) ??
        firstWeight(
          gradients,
          ({ gradient }, one) => !(ends(one.parameters).first / ends(one.parameters).last <= exploding) && gradient > 0,
        ),
      vanishing: firstWeight(gradients, (_, one) => {
        const { first, last } = ends(one.parameters);
        return first / last < vanishing.ratio && first < vanishing.first;
      }),
      dyingRelu: firstLayer(gradients, ({ kind, zeros }) => kind === 'relu' && zeros >= dead),
      oscillating: swings(curves?.train ?? [], epoch) ?? swings(curves?.validation ?? [], epoch),
      slowConvergence: curves && stuck(curves.train, curves.validation, epoch),
    });
  },
};

/** Norms of the gradient of the first and of the last weight. */
function ends(parameters: Parameters<Parameters<typeof firstWeight>[1]>[1]['parameters']) {
  const weights = Object.values(parameters).filter(({ kind }) => kind === 'weight');
  return { first: weights[0].gradient, last: weights.at(-1)!.gradient };
}

/** Falls from a local maximum to the next local minimum that are large, if there are as many as one in five epochs. */
function swings(curve: readonly number[], epoch: number): { since: number } | undefined {
  let [peak, count] = [curve[0], 0];
  for (let i = 1; i < curve.length; i++) {
    const isMinimum = curve[i] < curve[i - 1] && !(curve[i + 1] < curve[i]);
    if (curve[i] > curve[i - 1]) peak = curve[i];
    if (isMinimum && peak - curve[i] >= oscillation.swing) count++;
    if (i >= every && count >= Math.max(1, oscillation.share * (i + 1))) return { since: (i + 1) * epoch };
  }
  return undefined;
}

/** Never accurate, and no epoch much better than the one before. */
function stuck(train: readonly number[], validation: readonly number[], epoch: number): { since: number } | undefined {
  const best = (curve: readonly number[]) => Math.max(...curve.map((x) => (Number.isNaN(x) ? 0 : x)));
  const gained = (curve: readonly number[]) => Math.max(...curve.slice(1).map((x, i) => x - curve[i] || 0));
  for (let done = every; done <= train.length; done += every) {
    const curves = [train.slice(0, done), validation.slice(0, done)];
    if (curves.every((curve) => best(curve) < accurate && gained(curve) < gain)) return { since: done * epoch };
  }
  return undefined;
}
