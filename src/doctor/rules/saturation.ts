import { percent } from '../../base/index.ts';
import { addBatchNorm, replaceActivation, replaceInit, setRate } from '../changes.ts';
import { stagnation } from '../effects.ts';
import { learnedLess, linearLayers } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Share of the values at the bounds. */
const most = 0.6;
/** The same where only fifty updates were made. */
const certain = 0.9;
const bounded = ['sigmoid', 'tanh', 'hardSigmoid'];

/** Bounded activations that stand at their bounds, in a network that does not learn. */
export const saturation: Rule = {
  question: 'Do bounded activations stay where they have a slope?',
  needs: ['signals', 'losses'],
  leadsTo: ['layerNotTraining', 'updateRatioTooLow', ...stagnation],
  look(history) {
    const { signals, settings } = history;
    if (!learnedLess(history, 0.7, true)) return undefined;
    const latest = signals.at(-1)!;
    const end = Object.keys(latest.layers).at(-1);
    const found = Object.entries(latest.layers).find(
      ([name, { saturated = 0 }]) =>
        saturated > (learnedLess(history, 0.7) ? most : certain) && (name !== end || learnedLess(history, 0.1)),
    );
    if (!found) return undefined;
    const [name, { saturated = 0 }] = found;
    const flat = signals.filter(({ layers }) => (layers[name]?.saturated ?? 0) > most);
    const since = flat[0].update;
    const begins = since === 1;
    const before = linearLayers(latest).find(({ next }) => next?.name === name);
    return {
      severity: learnedLess(history, 0.2, saturated > certain) ? 'error' : 'warning',
      layer: name,
      since,
      saw: `${percent(saturated, 0)} of what ${name} gives lies at its bounds${begins ? ', from the first update on' : ''}; up to ${percent(most, 0)} can be healthy in a network that learns`,
      why: 'at its bounds an activation is flat: no gradient comes through, and what leads there does not learn',
      try: begins
        ? ['smaller first weights: "init": "auto"', 'first biases of 0', 'standardized inputs']
        : [
            'a tenth of the learning rate',
            `batch normalization${before ? ` behind ${before.name}` : ''}`,
            '"relu" in its place',
          ],
      changes: begins
        ? [...replaceInit(settings), ...replaceActivation(settings, bounded, 'relu')]
        : [...setRate(settings, 0.1), ...addBatchNorm(settings), ...replaceActivation(settings, bounded, 'relu')],
    };
  },
};
