import { forShell, percent } from '../../base/index.ts';
import { joinRows, leaks } from '../../data/index.ts';
import { type Check, ok, skipped } from './check.ts';

export const leakage: Check = {
  question: 'Does any one column give the target away?',
  healthy: 'no column alone explains more than 98 % of the target, on rows that were not looked at',
  meaning:
    'such a column is mostly the target in other words, or written down after it was known: the model will not work where the target is not known yet',
  quick: false,
  leadsTo: [],
  run({ dataset, rows }) {
    const { table } = dataset;
    if (!table) return skipped('the rows are no table of columns');
    if (table.length === 1) return skipped('there is one column, and it is all that is known');
    const known = joinRows(rows.train, rows.validation);
    const [found] = leaks(dataset, known).toSorted((a, b) => b.explained - a.explained);
    if (!found) return ok(`none of ${table.length} columns`);
    const { column, explained } = found;
    return {
      verdict: 'warning',
      measured: `"${column}" alone explains ${percent(explained, 1)}`,
      layer: column,
      try: [`leave it out if it is only known when the target is: --column ${forShell(`${column}=ignore`)}`],
    };
  },
};
