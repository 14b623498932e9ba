import { grouped, percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { isLate, learned, straightness } from '../curves.ts';
import { stagnation } from '../effects.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Updates of an epoch, and of the run, that are few. */
const few = { perEpoch: 5, all: 200 };
/** Share learned above which they were enough. */
const enough = 0.9;
/** How straight the loss still falls: 0 is at rest. That of all rows at once has no noise: the share that the last quarter took away. */
const stillFalling = { usually: 0.15, ofAll: 0.02 };
const usual = 32;

/** Batches so large that an epoch is a handful of updates, and the run ends before it has arrived. */
export const batchTooLarge: Rule = {
  question: 'Does an epoch have enough updates?',
  needs: ['losses'],
  leadsTo: ['updateRatioTooLow', 'imbalance', ...stagnation],
  look(history) {
    const progress = progressOf(history);
    const { settings, rows, losses } = history;
    if (!progress || !isLate(history) || settings.batchSize <= usual) return undefined;
    const { perEpoch, latest } = progress;
    const total = settings.epochs * perEpoch;
    const known = learned(history);
    if (perEpoch > few.perEpoch || total > few.all || known > enough) return undefined;
    const falls =
      perEpoch > 1
        ? (straightness(history) ?? 0) > stillFalling.usually
        : losses[Math.floor(0.75 * losses.length)] - losses.at(-1)! > stillFalling.ofAll * losses.at(-1)!;
    if (!falls || history.stopped?.ending === 'earlyStopping') return undefined;
    return {
      severity: known < 0.1 ? 'error' : 'warning',
      since: 1,
      saw: `batches of ${grouped(settings.batchSize)} of ${grouped(rows.train)} rows make ${perEpoch} update${perEpoch === 1 ? '' : 's'} an epoch (more than ${few.perEpoch} are usual); after ${grouped(losses.length)} in all the loss is ${short(latest)} and still falling, with ${percent(Math.max(0, known), 0)} of what guessing leaves learned`,
      why: 'a batch twice as large makes a step little better, but halves their number',
      try: [`batches of ${usual}`, 'more epochs', 'a higher learning rate, which large batches allow'],
      changes: put(`batch ${grouped(settings.batchSize)} -> ${usual}`, { batchSize: usual }),
    };
  },
};
