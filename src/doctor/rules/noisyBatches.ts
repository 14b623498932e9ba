import { percent, short } from '../../base/index.ts';
import { put, setRate } from '../changes.ts';
import { learned, riseOf, swingsOf } from '../curves.ts';
import { overshoot } from '../effects.ts';
import type { Rule } from '../rule.ts';

/** Rows of a batch that are few. */
const small = 4;
/** Share learned above which the noise does no harm. */
const enough = 0.9;
/** What shows that it does: losses above their start, or epochs that are worse than the one before. */
const harm = { rise: 1.25, swing: 0.05 };
const usual = 32;

/** So few rows a batch that each step mostly follows their peculiarities. */
export const noisyBatches: Rule = {
  question: 'Do the batches say more than noise?',
  needs: ['losses', 'epochs'],
  leadsTo: [...overshoot, 'dyingUnits', 'batchStatistics'],
  look(history) {
    const { settings, rows } = history;
    const known = learned(history);
    if (settings.batchSize > small || rows.train < 8 * small || known > enough) return undefined;
    const rise = riseOf(history);
    const swings = swingsOf(history, harm.swing);
    if (!swings && !(rise && rise.factor > harm.rise)) return undefined;
    const what = swings
      ? `the training loss rose in ${swings.rises} of ${swings.of} epochs, by up to ${percent(swings.largest, 0)} of what guessing leaves`
      : `the loss rose to ${short(rise!.factor, 3)} times its start`;
    return {
      severity: 'warning',
      since: swings?.since ?? rise!.since,
      saw: `with ${settings.batchSize} row${settings.batchSize === 1 ? '' : 's'} a batch ${what} (no more than ${percent(harm.swing, 0)} is usual from ${usual} rows on)`,
      why: 'the mean over few rows points in another direction each time; at this rate the steps undo each other',
      try: [`batches of ${usual}`, 'a tenth of the learning rate', 'a schedule that falls to 0'],
      changes: [...put(`batch ${settings.batchSize} -> ${usual}`, { batchSize: usual }), ...setRate(settings, 0.1)],
    };
  },
};
