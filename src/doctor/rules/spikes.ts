import { grouped, percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { isLate, learned } from '../curves.ts';
import { median } from '../inside.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** How far above the losses around it a batch stands, and how far above guessing. */
const tall = { ofNeighbours: 5, ofGuessing: 3 };
/** Rows of a batch below which single rows show: then that much taller. */
const fewRows = 32;
/** Losses on both sides that it is held against. */
const around = 10;
/** Spikes that are no accident, and the share of the batches beyond which they are no exception. */
const [several, most] = [3, 0.5];
/** Share of what guessing leaves; training rows of which more is learned are not hurt. */
const enough = 0.8;
/** Shares of the sum of all losses: where they come from a few rows, and where they hurt at all. */
const [rule, some] = [0.2, 0.1];

/** Now and then a batch has a loss far above all others. */
export const spikes: Rule = {
  question: 'Is any batch far worse than those around it?',
  needs: ['losses'],
  leadsTo: ['oscillation', 'validationAtChance', 'overfitting', 'fallingSlowly'],
  look(history) {
    const { losses } = history;
    const progress = progressOf(history);
    if (!progress || !isLate(history) || history.stopped?.ending === 'diverged') return undefined;
    // The start is higher than what comes after.
    const begin = Math.max(around, Math.min(progress.perEpoch, losses.length >> 2));
    const times = tall.ofNeighbours * Math.max(1, fewRows / history.settings.batchSize);
    const high: number[] = [];
    for (let i = begin; i < losses.length; i++) {
      if (!(losses[i] > tall.ofGuessing * progress.constant) || losses[i] === Infinity) continue;
      const usual = median(losses.slice(Math.max(0, i - around), i + around + 1));
      if (losses[i] > times * usual) high.push(i);
    }
    const counted = losses.length - begin;
    if (high.length < several || high.length > most * counted) return undefined;
    const sum = (indices: readonly number[]) => indices.reduce((total, i) => total + losses[i], 0);
    const weight = sum(high) / losses.slice(begin).reduce((total, loss) => total + loss, 0);
    const usual = median(losses.slice(begin));
    const rows = weight > rule && high.length > (0.5 * counted) / progress.perEpoch;
    return {
      severity: progress.lift < enough && (rows || (weight > some && learned(history) < enough)) ? 'warning' : 'info',
      since: high[0] + 1,
      saw: `${grouped(high.length)} of ${grouped(counted)} batches have a loss of ${short(median(high.map((i) => losses[i])))} where ${short(usual)} is usual (up to ${grouped(Math.round(times))} times as much is normal), and make up ${percent(weight, 0)} of the sum of all losses`,
      why: rows
        ? 'in every epoch some rows stand far from all others and pull the weights their way: outliers, or wrong labels'
        : 'a rare batch throws the weights out of their valley; the steps around it are too long for it',
      try: [
        'look at the rows with the largest loss: are they right?',
        '"clip": { "norm": 1 }, which bounds what one batch can do',
        'for numbers the loss "huber" or "meanAbsoluteError"',
        'a lower learning rate',
      ],
      changes: [
        ...(history.target.kind === 'numbers' ? put('loss -> huber', { loss: 'huber' }) : []),
        ...put('clipping by norm 1', { clip: { norm: 1 } }),
      ],
    };
  },
};
