import { grouped, percent, short } from '../../base/index.ts';
import { isOver, planned } from '../curves.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Updates, and the share of the run, before which nothing is said of a loss that stands still. */
const [patience, share] = [200, 0.3];
/** Share of what guessing leaves that must have been learned in the end, and by then: where the rows tell little, that little takes long. */
const [least, begun] = [0.02, 0.003];

/** The training loss has not left that of guessing. */
export const lossFlat: Rule = {
  question: 'Does the training loss fall at all?',
  needs: ['losses'],
  leadsTo: [],
  look(history) {
    const progress = progressOf(history);
    if (!progress || progress.bestLift >= least) return undefined;
    const { updates, latest, constant, bestLift } = progress;
    if (!isOver(history) && (bestLift >= begun || updates < Math.max(patience, share * planned(history))))
      return undefined;
    return {
      severity: bestLift >= begun ? 'warning' : 'error',
      since: 0,
      saw: `after ${grouped(updates)} updates the training loss is ${short(latest)}; answering every row alike gives ${short(constant)}, and at least ${percent(least, 0)} less is expected`,
      why: 'no gradient that helps reaches the weights, or the steps are far too small or too large for it',
      try: [
        'look at what else was found: a flat loss is an effect',
        'a learning rate ten times as high, and a tenth of it',
      ],
      changes: [],
    };
  },
};
