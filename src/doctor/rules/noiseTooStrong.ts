import { short } from '../../base/index.ts';
import { entriesOf, put } from '../changes.ts';
import { stagnation } from '../effects.ts';
import { learnedLess, sizeOfValues } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Deviation of the noise, in sizes of what it is added to. */
const most = 1;
/** The same that leaves no doubt. */
const certain = 3;

/** Noise that drowns what it is added to. */
export const noiseTooStrong: Rule = {
  question: 'Is the noise that is added weaker than the signal?',
  needs: ['signals'],
  leadsTo: [
    'noisyBatches',
    'updateRatioTooHigh',
    'rateTooHigh',
    'deadUnits',
    'dyingUnits',
    'oscillation',
    ...stagnation,
  ],
  look(history) {
    const { signals, settings } = history;
    const [first] = signals;
    const entries = entriesOf(settings);
    const noisy = entries.flatMap(({ kind, options }, i) => {
      if (kind !== 'gaussianNoise') return [];
      const before = entries.slice(0, i).findLast((entry) => String(entry.options.name) in first.layers);
      const given = before ? first.layers[String(before.options.name)] : first.input;
      return [{ name: String(options.name), std: Number(options.std), size: sizeOfValues(given) }];
    });
    const worst = noisy.find(({ std, size }) => std > most * size);
    if (!worst || !learnedLess(history, 0.8, worst.std > certain * worst.size)) return undefined;
    const { name, std, size } = worst;
    const without = entries.filter(({ kind }) => kind !== 'gaussianNoise');
    return {
      severity: learnedLess(history, 0.2, std > certain * size) ? 'error' : 'warning',
      layer: name,
      since: 1,
      saw: `${name} adds noise of deviation ${short(std)} to numbers of size ${short(size)}; up to a third of their size is healthy`,
      why: 'what the rows differ in is lost in what they are disturbed by',
      try: [`a deviation of ${short(size / 10)}`, 'no noise'],
      changes: put('no noise', { model: without.map(({ kind, options }) => ({ [kind]: options })) }),
    };
  },
};
