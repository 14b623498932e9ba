import { percent } from '../../base/index.ts';
import { entriesOf, setDropout } from '../changes.ts';
import { stagnation } from '../effects.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Rate of one layer above which most of what it is given is lost, and the share that must be left by all of them together. */
const [most, least] = [0.7, 0.1];
/** What leaves no doubt. */
const certain = 0.03;
const usual = 0.2;

/** Dropout so strong that the network cannot learn the training rows. */
export const dropoutTooHigh: Rule = {
  question: 'Does dropout leave enough of the network?',
  needs: ['losses'],
  leadsTo: ['noisyBatches', 'updateRatioTooHigh', 'deadUnits', 'dyingUnits', 'oscillation', ...stagnation],
  look(history) {
    const drops = entriesOf(history.settings).flatMap(({ options: { name, rate } }) =>
      typeof rate === 'number' ? [{ name: String(name), rate }] : [],
    );
    if (drops.length === 0) return undefined;
    const worst = drops.reduce((a, b) => (a.rate >= b.rate ? a : b));
    const left = drops.reduce((share, { rate }) => share * (1 - rate), 1);
    if ((worst.rate < most && left > least) || !learnedLess(history, 0.7, left < certain)) return undefined;
    return {
      severity: learnedLess(history, 0.2, left < certain) ? 'error' : 'warning',
      layer: worst.name,
      since: 1,
      saw: `${worst.name} drops ${percent(worst.rate, 0)} of the numbers${drops.length > 1 ? `, and all layers of dropout together leave ${percent(left, 1)} of the ways through the network` : ''}; 10 to 50 % is healthy`,
      why: 'dropout keeps a network from learning rows by heart; this one has not even learned the training rows',
      try: [
        'rates of 0.1 to 0.3',
        'no dropout until the training loss is low, then as much as the validation loss asks for',
      ],
      changes: [...setDropout(history.settings, usual), ...setDropout(history.settings, 0)],
    };
  },
};
