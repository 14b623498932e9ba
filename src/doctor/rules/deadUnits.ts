import { percent, short } from '../../base/index.ts';
import { replaceActivation, replaceInit, setRate, zeroBiases } from '../changes.ts';
import { starvation } from '../effects.ts';
import { earlyLooks, learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Share of the units of a layer that may give 0 for every row. */
const most = 0.5;
/** Rows that are enough to call a whole layer silent at the first look. */
const certain = 8;

/** Units that were silent from the start. */
export const deadUnits: Rule = {
  question: 'Does every layer give something from the start?',
  needs: ['signals'],
  leadsTo: ['saturation', ...starvation],
  look(history) {
    const looks = earlyLooks(history);
    const [first, latest] = [looks[0], looks.at(-1)];
    if (!first || !latest || first.update > 1) return undefined;
    const found = Object.keys(first.layers).find((name) => {
      const silent = Math.min(first.layers[name].silent, latest.layers[name].silent);
      if (latest.update < 4) return silent > 0.99 && first.rows >= certain;
      return silent > 0.99 || (silent > most && learnedLess(history, 0.5));
    });
    if (found === undefined) return undefined;
    const { silent, silentRows, units } = latest.layers[found];
    const before = Object.keys(first.layers).at(Object.keys(first.layers).indexOf(found) - 1);
    const bias = before === undefined ? undefined : first.parameters[`${before}.bias`]?.values;
    const low = bias && bias.high < 0 ? bias : undefined;
    const { settings } = history;
    return {
      severity: silent > 0.99 || learnedLess(history, 0.2) ? 'error' : 'warning',
      layer: found,
      since: 1,
      saw: `${percent(silent, 0)} of the ${units} units of ${found} gave 0 for every one of ${silentRows} rows, from the first update on; up to ${percent(most, 0)} can be healthy${low ? `. The biases of ${before} begin at ${short(low.high)} and below` : ''}`,
      why: 'a unit that gives 0 for every row has a gradient of 0: it never comes back by itself',
      try: [
        ...(low ? ['first biases of 0'] : []),
        '"init": "auto", and standardized inputs',
        '"leakyRelu" or "elu" in its place, which have a slope everywhere',
      ],
      changes: [
        ...zeroBiases(settings),
        ...replaceInit(settings),
        ...replaceActivation(settings, ['relu'], 'leakyRelu'),
        ...setRate(settings, 0.1),
      ],
    };
  },
};
