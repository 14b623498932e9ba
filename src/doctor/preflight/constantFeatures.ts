import { grouped, percent } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { type Check, ok } from './check.ts';

/** Share of the features above which the data was probably read wrongly. */
const most = 0.9;

export const constantFeatures: Check = {
  question: 'Do the features differ from row to row?',
  healthy: `at most ${percent(most, 0)} of them the same in every training row`,
  meaning:
    'a feature that never changes says nothing of the target; where nearly all are so, the data was read wrongly',
  quick: true,
  leadsTo: ['labels', 'overfit'],
  run({ dataset, rows }) {
    const { constant, of, first } = countConstant(dataset, rows.train);
    const what = dataset.shape.length === 3 ? 'pixels' : 'features';
    const measured = `${grouped(constant)} of ${grouped(of)} ${what} never change`;
    if (constant === of)
      return {
        verdict: 'error',
        measured,
        meaning: 'every row looks the same to the network, so that the best it can do is one answer for all',
        try: ['look at a few rows: the wrong file, column or scale was read'],
      };
    if (constant / of <= most) return ok(measured);
    const layer = dataset.columns?.[first];
    return {
      verdict: 'warning',
      measured,
      ...(layer !== undefined && { layer }),
      try: [
        'look at a few rows: the wrong file, columns or scale may have been read',
        'leave the constant columns out',
      ],
    };
  },
};

/** Features that are the same number in all rows; two missing values count as the same. */
function countConstant({ features, shape }: Dataset, rows: Int32Array) {
  const width = shape.reduce((n, size) => n * size, 1);
  const [start] = rows;
  let [constant, first] = [0, -1];
  for (let at = 0; at < width; at++) {
    const value = features[start * width + at];
    if (rows.some((row) => !Object.is(features[row * width + at], value))) continue;
    if (first < 0) first = at;
    constant++;
  }
  return { constant, of: width, first };
}
