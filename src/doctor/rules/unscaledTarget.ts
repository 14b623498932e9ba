import { short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { overshoot, starvation } from '../effects.ts';
import { learnedLess, liftOf } from '../inside.ts';
import { progressOf, windows } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Losses that compare numbers with numbers, in the unit of the target. */
const numeric = ['meanSquaredError', 'meanAbsoluteError', 'huber'];
/** Healthy sizes of the targets, as mean and deviation together and as deviation. */
const [largest, smallest] = [10, 0.03];
/** Sizes that no first rate suits. */
const [farTooLarge, farTooSmall] = [100, 1e-3];

/** Targets of a regression that are far from mean 0 and deviation 1. */
export const unscaledTarget: Rule = {
  question: 'Do the targets have a size that the first answers can reach?',
  needs: [],
  leadsTo: ['clippingDominates', 'regularizationDominates', ...overshoot, ...starvation],
  look(history) {
    const { target, settings, losses } = history;
    const progress = progressOf(history);
    if (target.kind !== 'numbers' || !numeric.includes(nameOf(settings.loss))) return undefined;
    const sizes = target.mean.map((mean, i) => Math.hypot(mean, target.deviation[i]));
    const size = Math.max(...sizes);
    const narrowest = Math.min(...target.deviation.filter((deviation) => deviation > 0));
    if (!(size > largest || narrowest < smallest)) return undefined;
    // A loss that stays above that of guessing for long is the time that it takes to get near the targets.
    const { window = 1, constant = 0, updates = 0 } = progress ?? {};
    const above = windows(losses, window).filter((loss) => !(loss < constant)).length * window;
    const late = above > 0.2 * updates && (history.stopped !== undefined || updates >= 200);
    const hopeless = (size > farTooLarge || narrowest < farTooSmall) && liftOf(history) < 0.5;
    if (!late && !hopeless && !learnedLess(history, 0.5)) return undefined;
    const where = sizes.indexOf(size);
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      since: 0,
      saw:
        size > largest
          ? `the targets have a mean of ${short(target.mean[where])} and a deviation of ${short(target.deviation[where])} as the loss sees them; 0 and 1 are healthy, up to ${largest} is harmless`
          : `the targets have a deviation of ${short(narrowest)} as the loss sees them; 1 is healthy, less than ${smallest} is hardly seen`,
      why:
        size > largest
          ? 'the first answers are near 0: either the weights crawl towards the targets, or the loss, and with it the gradient, is so large that they jump'
          : 'errors are so small that the gradient hardly moves anything',
      try: [
        '"target": "standardize": the network learns mean 0 and deviation 1, and answers in the unit of the target',
      ],
      changes: put('target -> standardize', { target: 'standardize' }),
    };
  },
};

const nameOf = (entry: unknown): string => (typeof entry === 'string' ? entry : Object.keys(entry as object)[0]);
