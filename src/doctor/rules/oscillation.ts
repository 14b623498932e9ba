import { percent } from '../../base/index.ts';
import { setRate } from '../changes.ts';
import { learned, swingsOf } from '../curves.ts';
import type { Rule } from '../rule.ts';

/** A rise of the training loss between epochs, as a share of what guessing leaves, and the share of epochs that it takes. */
const [share, often, least] = [0.05, 0.2, 3];
/** Share learned above which it does no harm. */
const enough = 0.9;

/** The training loss goes up and down from epoch to epoch. */
export const oscillation: Rule = {
  question: 'Does the training loss come to rest?',
  needs: ['losses', 'epochs'],
  leadsTo: ['lossFlat', 'underfitting'],
  look(history) {
    const found = swingsOf(history, share);
    if (!found || found.rises < least || found.rises < often * found.of || learned(history) > enough) return undefined;
    return {
      severity: 'warning',
      since: found.since,
      saw: `the training loss rose in ${found.rises} of ${found.of} epochs, by up to ${percent(found.largest, 0)} of what guessing leaves (fewer than one epoch in five, or less than ${percent(share, 0)}, is usual)`,
      why: 'all epochs have the same rows, so it is the weights that go to and fro: the steps are longer than the valley is wide',
      try: ['a tenth of the learning rate', 'a schedule that falls to 0, such as "cosine"', 'larger batches'],
      changes: [...setRate(history.settings, 0.1), { what: 'schedule -> cosine', settings: { schedule: 'cosine' } }],
    };
  },
};
