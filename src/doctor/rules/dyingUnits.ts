import { percent } from '../../base/index.ts';
import { replaceActivation, setRate } from '../changes.ts';
import { starvation } from '../effects.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Share of silent units, in a network that learned little, and in one that learned something. */
const [many, nearlyAll] = [0.7, 0.95];

/** Units that spoke at the start and fell silent. */
export const dyingUnits: Rule = {
  question: 'Do units keep speaking while the network is trained?',
  needs: ['signals', 'losses'],
  leadsTo: ['saturation', ...starvation],
  look(history) {
    const { signals, settings } = history;
    const [first, latest] = [signals[0], signals.at(-1)!];
    const band = learnedLess(history, 0.3) ? many : learnedLess(history, 0.7, true) ? nearlyAll : undefined;
    if (band === undefined) return undefined;
    const found = Object.keys(latest.layers).find(
      (name) => latest.layers[name].silent > band && first.layers[name].silent < 0.5,
    );
    if (found === undefined) return undefined;
    const { silent, silentRows, units } = latest.layers[found];
    return {
      severity: silent > nearlyAll ? 'error' : 'warning',
      layer: found,
      since: signals.find(({ layers }) => layers[found].silent > band)!.update,
      saw: `${percent(silent, 0)} of the ${units} units of ${found} give 0 for every one of ${silentRows} rows; at the first update it was ${percent(first.layers[found].silent, 0)}. Up to ${percent(many, 0)} can be healthy`,
      why: 'a step that was too long has pushed them so far that no row reaches them; their gradient is 0, so that they never come back',
      try: ['a tenth of the learning rate', 'a warm-up of some hundred updates', '"leakyRelu" or "elu" in its place'],
      changes: [
        ...setRate(settings, 0.1),
        ...setRate(settings, 0.01),
        ...replaceActivation(settings, ['relu'], 'leakyRelu'),
      ],
    };
  },
};
