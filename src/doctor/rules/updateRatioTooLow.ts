import { grouped, percent, short } from '../../base/index.ts';
import { leastWay } from '../bands.ts';
import { setRate } from '../changes.ts';
import { baseRate } from '../curves.ts';
import { learnedLess, median, weightsOf } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Updates so short that the whole run cannot bring the weights anywhere. */
export const updateRatioTooLow: Rule = {
  question: 'Are the updates long enough to get somewhere in this run?',
  needs: ['signals', 'losses'],
  leadsTo: ['lossFlat', 'underfitting', 'lateStart'],
  look(history) {
    const { settings, signals, losses, rows, stopped } = history;
    if (signals.length < 3) return undefined;
    // A warm-up begins with short steps, and ends.
    const later = Math.max(1, (baseRate(history) ?? 0) / Math.max(...signals.map(({ lr }) => lr)));
    const planned = stopped ? losses.length : settings.epochs * Math.ceil(rows.train / settings.batchSize);
    const ratios = signals.map((look) => median(weightsOf(look).map(({ ratio }) => ratio)));
    const way = ratios.reduce((sum, ratio, i) => {
      const until = signals[i + 1]?.update ?? planned + 1;
      return sum + ratio * (until - signals[i].update);
    }, 0);
    const usual = median(ratios);
    if (!(usual > 0 && way < leastWay)) return undefined;
    const certain = way * later < leastWay / 2;
    if (!learnedLess(history, 0.5, certain)) return undefined;
    return {
      severity: 'warning',
      since: signals[0].update,
      saw: `the usual update is ${short(usual)} times as long as the weights: all ${grouped(planned)} updates together move them by at most ${percent(way, way < 0.01 ? 2 : 0)} of their length; ${percent(leastWay, 0)} in all is the least that can teach something`,
      why: 'the learning rate, or what is left of the gradient, is so small, or the updates are so few, that training ends before it has begun',
      try: ['ten times the learning rate', 'a hundred times', 'more epochs'],
      changes: [...setRate(settings, 10), ...setRate(settings, 100), ...setRate(settings, 1000)],
    };
  },
};
