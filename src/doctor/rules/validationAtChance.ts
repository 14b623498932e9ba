import { grouped, short } from '../../base/index.ts';
import type { Measure } from '../../train/index.ts';
import { entryOf, isLate } from '../curves.ts';
import type { History } from '../history.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Validation rows that are needed to say so. */
const rows = 30;
/** Share of what guessing leaves that the training rows must have given, and what the validation loss may not fall below. */
const [least, chance] = [0.04, 0.98];
/** Standard errors that chance is believed to explain. */
const errors = 2.5;

/** The training rows are learned by heart, and nothing of it holds for other rows. */
export const validationAtChance: Rule = {
  question: 'Does anything that is learned hold for the validation rows?',
  needs: ['losses', 'epochs'],
  leadsTo: ['overfitting', 'fallingSlowly', 'underfitting', 'lateStart', 'imbalance', 'lossFlat'],
  look(history) {
    const progress = progressOf(history);
    if (!progress || history.constantLoss === undefined || !isLate(history)) return undefined;
    const { constant, lift } = progress;
    const validation = history.epochs.flatMap(({ validation }) => (validation ? [validation] : []));
    if (validation.length === 0 || history.rows.validation < rows || !(lift > least)) return undefined;
    const best = Math.min(...validation.map(({ loss }) => loss));
    if (!(best >= chance * constant) || !unexplained(history, validation.at(-1)!, constant)) return undefined;
    const { metric } = validation.at(-1)!;
    return {
      severity: lift > 0.1 ? 'error' : 'warning',
      since: 1,
      saw: `the validation loss was never below ${short(best)}, and guessing gives ${short(constant)}, while the training loss came down to ${short(progress.latest)}; after the last epoch the validation ${entryOf(history.settings.metric).kind} is ${short(metric)} on ${grouped(history.rows.validation)} rows`,
      why: 'what the network finds in the training rows is not there in others: the labels do not belong to their rows, or have nothing to do with the inputs, or the validation rows are of another kind',
      try: [
        'look at some rows with their labels: were both put in the same order?',
        'were the rows shuffled without their labels, or joined by the wrong key?',
        'compare the validation rows with the training rows: are they of the same source and time?',
      ],
      changes: [],
    };
  },
};

/**
 * Whether validation rows that happen to be hard do not explain it. The accuracy must lie where naming the most frequent class does. Where nothing
 * but losses is known, the loss must have risen above guessing by more than squared errors of so many rows vary.
 */
function unexplained({ target, rows, settings }: History, last: Measure, constant: number): boolean {
  if (target.kind === 'classes' && entryOf(settings.metric).kind === 'accuracy') {
    const share = Math.max(...target.counts) / rows.train;
    return last.metric <= share + errors * Math.sqrt((share * (1 - share)) / rows.validation);
  }
  return last.loss > (1 + errors * Math.sqrt(2 / rows.validation)) * constant;
}
