import { grouped } from '../../base/index.ts';
import type { Signals } from '../../monitor/index.ts';
import { stagnation } from '../effects.ts';
import type { Rule } from '../rule.ts';

const least = 3;

/** Every batch that was looked at holds the same numbers. */
export const sameBatch: Rule = {
  question: 'Do the batches differ?',
  needs: ['signals'],
  leadsTo: ['validationAtChance', 'overfitting', 'imbalance', ...stagnation],
  look({ signals, rows, settings }) {
    const looks = signals.filter(({ input }) => Number.isFinite(input.mean));
    if (looks.length < least || settings.batchSize >= rows.train) return undefined;
    const [first, ...others] = looks.map(printOf);
    if (others.some((print) => print !== first)) return undefined;
    return {
      severity: 'error',
      since: looks[0].update,
      saw: `the ${looks.length} batches that were looked at, of ${grouped(settings.batchSize)} of ${grouped(rows.train)} rows, have the same inputs to the last digit`,
      why: 'the network learns from one batch, or all rows are the same, as when a reader gives its first rows again and again',
      try: ['look at the rows: are they copies of each other?', 'mend what reads or joins them'],
      changes: [],
    };
  },
};

/** What is the same wherever the same rows are looked at, in any order. */
function printOf({ input }: Signals): string {
  const { mean, deviation, largest, zeros, spread } = input;
  const rounded = [mean, deviation, largest, zeros, ...spread].map((x) => x.toPrecision(5));
  return rounded.join(' ');
}
