import { stagnation } from '../effects.ts';
import { learnedLess, weightsOf } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Looks in a row at which the weights must have stood still. */
const looks = 3;

/** Weights that no update moves. */
export const layerNotTraining: Rule = {
  question: 'Does every update move the weights of every layer?',
  needs: ['signals', 'losses'],
  leadsTo: stagnation,
  look(history) {
    const { signals } = history;
    if (!learnedLess(history, 0.7)) return undefined;
    // A rate that a schedule has brought to almost nothing moves nothing, whatever the layer.
    const top = Math.max(...signals.map(({ lr }) => lr));
    const moving = signals.filter(({ lr }) => lr > 0.01 * top);
    const latest = moving.slice(-looks);
    if (latest.length < looks) return undefined;
    const still = weightsOf(latest[0]).find(({ layer }) =>
      latest.every((look) => weightsOf(look).some((weights) => weights.layer === layer && weights.update === 0)),
    );
    if (!still) return undefined;
    const { layer } = still;
    const own = moving.map((look) => ({
      update: look.update,
      weights: weightsOf(look).find((one) => one.layer === layer),
    }));
    const moved = own.findLastIndex(({ weights }) => weights?.update !== 0);
    const { weights } = own.at(-1)!;
    const rounded = weights !== undefined && weights.gradient > 0;
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      layer,
      since: own[moved + 1].update,
      saw: rounded
        ? `the weights of ${layer} have a gradient, but the updates do not change them: they are smaller than the last digit of the weights`
        : `the gradient of the weights of ${layer} is exactly 0, so that no update moves them; every layer that is not frozen should move`,
      why: rounded
        ? 'numbers of 32 bits have seven digits; what is added far below them is lost'
        : 'nothing of the error comes back to this layer: what follows it is dead, flat, or does not use it',
      try: rounded
        ? ['a much higher learning rate']
        : ['look at what else was found, at this layer and behind it', '"init": "auto" and a lower learning rate'],
      changes: [],
    };
  },
};
