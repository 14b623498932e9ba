import type { TableColumn } from '../../data/index.ts';
import type { Fitted } from '../preprocessor.ts';

/** What the step "columns" learned of one column. */
export interface LearnedColumn {
  /** Least and greatest number among the training rows. */
  readonly range?: readonly [number, number];
  /** Codes of the values that have a slot of their own. */
  readonly codes?: ReadonlySet<number>;
}

/** The same for every column of a table. */
export function learnedColumns(table: readonly TableColumn[], fitted: Fitted): LearnedColumn[] {
  const learned: LearnedColumn[] = table.map(() => ({}));
  const continuous = [...fitted.numbers.data, ...fitted.dates.data];
  for (const [i, at] of continuous.entries()) learned[at] = { range: [fitted.low.data[i], fitted.high.data[i]] };
  // In one block slots that are none are -1, in the other 0.
  for (const [name, none] of [
    ['oneHot', -1],
    ['embedded', 0],
  ] as const)
    fitted[name].data.forEach((at, i) => {
      const start = fitted[`${name}.start`].data[i];
      const lookup = fitted[`${name}.lookup`].data.subarray(start + 1, start + 1 + table[at].values!.length + 1);
      learned[at] = { codes: new Set([...lookup.keys()].filter((code) => lookup[code] !== none)) };
    });
  return learned;
}
