import { grouped, short } from '../../base/index.ts';
import { setRate } from '../changes.ts';
import { isLate } from '../curves.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Times the start, or what guessing gives, that the loss ends at. */
const times = 10;

/** The loss ends far above where it began. */
export const diverged: Rule = {
  question: 'Does the loss stay below where it began?',
  needs: ['losses'],
  leadsTo: ['notFinite', 'validationAtChance', 'lossFlat', 'underfitting'],
  look(history) {
    const progress = progressOf(history);
    if (!progress || !isLate(history)) return undefined;
    const { first, constant, latest, updates } = progress;
    const start = Math.max(first, constant);
    if (!(latest > times * start)) return undefined;
    const since = history.losses.findIndex((loss) => loss > times * start) + 1;
    return {
      severity: 'error',
      since,
      saw: `after ${grouped(updates)} updates the loss is ${short(latest)}, and it began at ${short(start)} (it should fall)`,
      why: 'each step overshoots by more than the one before',
      try: ['a tenth of the learning rate, then a hundredth', '"clip": { "norm": 1 }'],
      changes: [...setRate(history.settings, 0.1), ...setRate(history.settings, 0.01)],
    };
  },
};
