import { short } from '../../base/index.ts';
import { addBatchNorm, replaceInit } from '../changes.ts';
import { overshoot, starvation } from '../effects.ts';
import { gainOf, liftOf, linearLayers, unnormalized } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Length of a unit's weights: √2 keeps the size of values through ReLU (He et al. 2015), 1 through tanh and sigmoid. */
const healthyGain = Math.SQRT2;
/** So many times as long is too large, if it shows. */
const band = 2;
/** The first loss, in losses of guessing, of a network that is sure of itself before it has learned anything. */
const sure = 2.5;

/** First weights so large that values grow from layer to layer. */
export const initialScaleTooLarge: Rule = {
  question: 'Are the first weights small enough?',
  needs: ['signals', 'losses'],
  leadsTo: ['overfitting', ...overshoot, ...starvation],
  look(history) {
    const { signals, constantLoss, settings } = history;
    const [first] = signals;
    if (first.update > 1) return undefined;
    const free = unnormalized(history, linearLayers(first));
    const worst = free.toSorted((a, b) => gainOf(b) - gainOf(a)).at(0);
    if (!worst || gainOf(worst) < band * healthyGain) return undefined;
    const times = constantLoss !== undefined && constantLoss > 0 ? first.loss / constantLoss : 1;
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
