import { short } from '../../base/index.ts';
import { addBatchNorm, replaceInit, zeroBiases } from '../changes.ts';
import { overshoot, starvation } from '../effects.ts';
import type { History } from '../history.ts';
import { gainOf, liftOf, linearLayers, unnormalized } from '../inside.ts';
import type { Rule, Sighting } from '../rule.ts';

/** Length of a unit's weights: √2 keeps the size of values through ReLU (He et al. 2015), 1 through tanh and sigmoid. */
const healthyGain = Math.SQRT2;
/** So many times as long is too large, if it shows. */
const band = 2;
/** The first loss, in losses of guessing, of a network that is sure of itself before it has learned anything. */
const sure = 2.5;

/** First biases of the last layer beyond which it is they that answer, if the first loss is so many times that of guessing. */
const far = { bias: 5, times: 20 };

/** First weights so large that values grow from layer to layer. */
export const initialScaleTooLarge: Rule = {
  question: 'Are the first weights small enough?',
  needs: ['signals'],
  leadsTo: ['overfitting', ...overshoot, ...starvation],
  look(history) {
    const { signals, constantLoss, settings } = history;
    const [first] = signals;
    if (first.update > 1) return undefined;
    const free = unnormalized(history, linearLayers(first));
    const worst = free.toSorted((a, b) => gainOf(b) - gainOf(a)).at(0);
    const times = constantLoss !== undefined && constantLoss > 0 ? first.loss / constantLoss : 1;
    const distant = distantAnswer(history, times);
    if (distant) return distant;
    if (!worst || gainOf(worst) < band * healthyGain) return undefined;
    const flat = free.find(({ next }) => (next?.signals.saturated ?? 0) > 0.5);
    const broken = !Number.isFinite(first.loss);
    if (!(times > sure || flat || broken)) return undefined;
    const harmless = times < 8 && !flat && liftOf(history) > 0.9;
    return {
      severity: harmless ? 'info' : liftOf(history) < 0.2 ? 'error' : 'warning',
      layer: worst.name,
      since: 0,
      saw: `the weights into a unit of ${worst.name} have a length of ${short(gainOf(worst))}; 1 to ${short(healthyGain)} is healthy. ${
        flat && !(times > sure)
          ? `${flat.next!.name} begins saturated in ${Math.round(100 * flat.next!.signals.saturated!)} of 100 values`
          : `The first loss is ${short(first.loss)}, that of guessing ${short(constantLoss ?? Number.NaN)}`
      }`,
      why: 'values grow at every layer, so that the first answers are wrong and sure of themselves; training spends its time on taking them back',
      try: [
        '"init": "auto" (the default), or "he" before relu and "xavier" before tanh and sigmoid',
        'batch normalization behind each hidden layer',
      ],
      changes: [...replaceInit(settings), ...addBatchNorm(settings)],
    };
  },
};

/** Biases of the last layer that begin so far out that all answers are wrong by them; targets that are far out are another matter. */
function distantAnswer(history: History, times: number): Sighting | undefined {
  const { signals, settings, constantLoss, target } = history;
  const [first] = signals;
  const last = linearLayers(first).at(-1);
  const bias = last && first.parameters[`${last.name}.bias`]?.values;
  if (!bias || !(times > far.times)) return undefined;
  const size = Math.max(Math.abs(bias.low), Math.abs(bias.high));
  const wanted =
    target.kind === 'numbers' ? Math.max(...target.mean.map((mean, i) => Math.hypot(mean, target.deviation[i]))) : 1;
  if (!(size > far.bias * Math.max(1, wanted))) return undefined;
  return {
    severity: liftOf(history) < 0.2 ? 'error' : 'warning',
    layer: last.name,
    since: 0,
    saw: `the biases of ${last.name} begin at up to ${short(size)}; 0 is healthy. The first loss is ${short(first.loss)}, that of guessing ${short(constantLoss ?? Number.NaN)}`,
    why: 'every first answer is wrong by that much; training spends its time on taking it back, a step at a time',
    try: ['first biases of 0, or of the mean of the targets'],
    changes: zeroBiases(settings),
  };
}
