import type { Predictions } from './metric.ts';
import { partition } from './predictions.ts';

/** Rows ranked by how strongly a network says yes to one question: the scores of those where yes is true, and of the others, each ascending. */
interface Ranking {
  readonly yes: Float64Array;
  readonly no: Float64Array;
}

/**
 * The questions that predictions answer: for two classes one, whether a row is of class 1, by the logit (or the difference of the two); for more
 * classes whether it is of each, by softmax probability; for labels whether it has each, by logit.
 */
function rankings(p: Predictions): Ranking[] {
  const { outputs, width, targets, rows, target } = p;
  if (target.kind === 'numbers')
    return Array.from({ length: width }, (_, i) =>
      ranking(
        rows,
        (row) => outputs[row * width + i],
        (row) => targets[row * width + i] === 1,
      ),
    );
  if (target.classes === 2) {
    const score = (row: number) => (width === 1 ? outputs[row] : outputs[2 * row + 1] - outputs[2 * row]);
    return [ranking(rows, score, (row) => targets[row] === 1)];
  }
  const probabilities = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const { top, sum } = partition(p, row);
    for (let i = row * width; i < (row + 1) * width; i++) probabilities[i] = Math.exp(outputs[i] - top) / sum;
  }
  return Array.from({ length: width }, (_, i) =>
    ranking(
      rows,
      (row) => probabilities[row * width + i],
      (row) => targets[row] === i,
    ),
  );
}

function ranking(rows: number, score: (row: number) => number, isYes: (row: number) => boolean): Ranking {
  let count = 0;
  for (let row = 0; row < rows; row++) if (isYes(row)) count++;
  const [yes, no] = [new Float64Array(count), new Float64Array(rows - count)];
  for (let row = 0, i = 0, j = 0; row < rows; row++)
    if (isYes(row)) yes[i++] = score(row);
    else no[j++] = score(row);
  return { yes: yes.sort(), no: no.sort() };
}

/** Mean of a measure over the questions, leaving out those that it gives NaN for; NaN where none is left. */
export function meanOverRankings(p: Predictions, measure: (ranking: Ranking) => number): number {
  const useful = rankings(p)
    .map(measure)
    .filter((value) => !Number.isNaN(value));
  return useful.reduce((sum, value) => sum + value, 0) / useful.length;
}

/** Goes from the highest score down, visiting each score once with how many rows of each answer have it. */
export function descend({ yes, no }: Ranking, visit: (yes: number, no: number) => void): void {
  let [i, j] = [yes.length, no.length];
  while (i > 0 || j > 0) {
    const score = Math.max(i > 0 ? yes[i - 1] : -Infinity, j > 0 ? no[j - 1] : -Infinity);
    const [fromYes, fromNo] = [i, j];
    while (i > 0 && yes[i - 1] === score) i--;
    while (j > 0 && no[j - 1] === score) j--;
    visit(fromYes - i, fromNo - j);
  }
}
