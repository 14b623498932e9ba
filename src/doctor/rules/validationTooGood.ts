import { grouped, percent, short } from '../../base/index.ts';
import { entryOf, isDisturbed } from '../curves.ts';
import type { Rule } from '../rule.ts';

/** By how much the validation accuracy may be above that of training, and by how many standard errors. */
const [gap, errors] = [0.05, 5];
const rows = 50;

/** The validation rows are answered far better than those that the network learned from. */
export const validationTooGood: Rule = {
  question: 'Are the validation rows as hard as the training rows?',
  needs: ['epochs'],
  leadsTo: [],
  look(history) {
    const { settings, epochs, target, layers } = history;
    const [before, last] = epochs.slice(-2);
    const trained = last?.train.metric;
    const validated = last?.validation?.metric;
    if (trained === undefined || validated === undefined || before.train.metric === undefined) return undefined;
    if (entryOf(settings.metric).kind !== 'accuracy' || target.kind !== 'classes') return undefined;
    // Dropout, noise and statistics of batches make training rows harder than they are; while training improves, its mean lags behind.
    const harder = isDisturbed(history) || layers.some(({ kind }) => kind === 'batchNorm');
    if (harder || settings.average || history.rows.validation < rows) return undefined;
    if (trained - before.train.metric > 0.2 * (validated - trained)) return undefined;
    const error = Math.sqrt((trained * (1 - trained)) / history.rows.validation);
    if (!(validated - trained > Math.max(gap, errors * error))) return undefined;
    return {
      severity: 'warning',
      since: 1,
      saw: `the accuracy is ${short(validated)} on ${grouped(history.rows.validation)} validation rows and ${short(trained)} on the training rows; up to ${percent(Math.max(gap, errors * error), 0)} more is chance`,
      why: 'rows that were not learned cannot be easier than those that were, unless they were chosen otherwise: then they do not show what new rows will be like',
      try: [
        'how were the validation rows chosen? Let "split" choose them at random',
        'are some rows in both parts, or are the training rows the ones with wrong labels?',
      ],
      changes: [],
    };
  },
};
