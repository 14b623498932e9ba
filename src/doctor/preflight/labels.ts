import { grouped, short } from '../../base/index.ts';
import { epochOrder } from '../../data/index.ts';
import { type Check, ok, skipped } from './check.ts';
import { relationOf } from './relation.ts';

/** Rows that are compared with each other, and fewer than which prove nothing. */
const [most, fewest] = [800, 300] as const;
/** A relation that shuffled targets show more often than this is none. */
const chance = 0.05;

export const labels: Check = {
  question: 'Do the targets depend on the inputs?',
  healthy: `rows that are alike, or one feature alone, tell more of the target than in ${chance * 100} % of shuffled targets`,
  meaning:
    'the targets cannot be told from shuffled ones: they may belong to other rows, so that the network can only learn them by heart',
  quick: false,
  leadsTo: ['rates'],
  run({ dataset, rows, resolved, progress }) {
    if (rows.train.length < fewest) return skipped(`fewer than ${fewest} rows could not prove it`);
    const chosen = epochOrder(rows.train, resolved.settings.seed, 0).slice(0, most);
    const { neighbours, feature } = relationOf(dataset, chosen, resolved.settings.seed, progress);
    const measured = `in ${grouped(chosen.length)} rows: chance as good as neighbours ${short(neighbours, 2)}, as the best feature ${short(feature, 2)}`;
    if (Math.min(neighbours, feature) <= chance) return ok(measured);
    return {
      verdict: 'warning',
      measured,
      try: [
        'look at a few rows beside their targets: one of the two may have been shuffled or shifted by a row',
        'other inputs, if these are all: no network finds what is not there',
      ],
    };
  },
};
