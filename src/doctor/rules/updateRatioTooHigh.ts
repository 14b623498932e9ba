import { short } from '../../base/index.ts';
import { ratioBand } from '../bands.ts';
import { setRate } from '../changes.ts';
import { riseOf } from '../curves.ts';
import { overshoot } from '../effects.ts';
import { earlyLooks, learnedLess, weightsOf } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** The updates replace the weights instead of improving them. */
export const updateRatioTooHigh: Rule = {
  question: 'Are the first updates short against the weights that they change?',
  needs: ['signals', 'losses'],
  leadsTo: overshoot.filter((rule) => rule !== 'updateRatioTooHigh' && rule !== 'rateTooHigh'),
  look(history) {
    const { settings } = history;
    if (!learnedLess(history, 0.8)) return undefined;
    const { high } = ratioBand(settings.optimizer);
    const seen = earlyLooks(history).flatMap((look) =>
      weightsOf(look).map(({ layer, weight, update: length }) => {
        // Weights that begin at or near 0 are measured by the size that they will need.
        const usual = Math.sqrt(look.layers[layer]?.units ?? 0) / 2;
        return { layer, ratio: length / Math.max(weight, usual), update: look.update };
      }),
    );
    // Where the loss did not rise, only a step that replaces much of the weights is too long.
    const limit = (riseOf(history)?.factor ?? 1) > 1.2 ? high : Math.max(high, 0.4);
    const first = seen.find(({ ratio }) => ratio > limit);
    if (!first) return undefined;
    const { layer, ratio } = seen
      .filter(({ update }) => update === first.update)
      .reduce((a, b) => (a.ratio >= b.ratio ? a : b));
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      layer,
      since: first.update,
      saw: `update ${first.update} is ${short(ratio)} times as long as the weights of ${layer}; about 0.001 is usual, up to ${limit} healthy for the first updates`,
      why: 'a gradient holds for a small step; one that replaces the weights lands anywhere, and mostly where the loss is larger',
      try: ['a tenth of the learning rate', 'a hundredth of it', 'a warm-up of some hundred updates'],
      changes: [...setRate(settings, 0.1), ...setRate(settings, 0.01)],
    };
  },
};
