import { short } from '../../base/index.ts';
import { addBatchNorm, put, replaceInit, setRate } from '../changes.ts';
import { unrest } from '../effects.ts';
import { learnedLess, linearLayers } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** How much larger the gradient may be at the first layer than at the last. */
const most = 1000;

/** A gradient that grows from layer to layer on its way to the input. */
export const explodingGradient: Rule = {
  question: 'Does the gradient keep its size on its way to the first layer?',
  needs: ['signals', 'losses'],
  leadsTo: ['updateRatioTooHigh', 'dyingUnits', ...unrest, 'lossFlat'],
  look(history) {
    const { signals, settings } = history;
    if (!learnedLess(history, 0.6)) return undefined;
    for (const look of signals) {
      const linear = linearLayers(look);
      const last = linear.at(-1)?.own.gradient ?? 0;
      if (!(last > 0) || !Number.isFinite(look.loss)) continue;
      const beyond = linear.findLast(({ own }) => !(own.gradient < most * last));
      if (!beyond) continue;
      return {
        severity: learnedLess(history, 0.2) ? 'error' : 'warning',
        layer: beyond.name,
        since: look.update,
        saw: `at update ${look.update} the gradient is ${short(beyond.own.gradient / last)} times as large at ${beyond.name} as at the last layer; less than ${most} times is healthy`,
        why: 'each layer multiplies the gradient by its weights: where these are large, the first layers are thrown about by steps that suit the last',
        try: ['"init": "auto"', 'clipping: "clip": { "norm": 1 }', 'batch normalization behind each hidden layer'],
        changes: [
          ...replaceInit(settings),
          ...setRate(settings, 0.1),
          ...put('clip -> norm 1', { clip: { norm: 1 } }),
          ...addBatchNorm(settings),
        ],
      };
    }
    return undefined;
  },
};
