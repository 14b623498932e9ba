import type { Predictions } from './metric.ts';

/** The class with the largest logit (the first of equal ones), or for one logit 1 where it is positive; -1 where a logit is NaN. */
export function predictedClass({ outputs, width }: Predictions, row: number): number {
  const start = row * width;
  if (width === 1) return Number.isNaN(outputs[row]) ? -1 : Number(outputs[row] > 0);
  let best = 0;
  for (let i = 0; i < width; i++) {
    if (Number.isNaN(outputs[start + i])) return -1;
    if (outputs[start + i] > outputs[start + best]) best = i;
  }
  return best;
}

/** Mean of a number over the rows. */
export function meanOverRows({ rows }: Predictions, term: (row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += term(row);
  return sum / rows;
}

/** Mean of a number over every output of every row. */
export function meanOverOutputs(
  { outputs, targets }: Predictions,
  term: (said: number, meant: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) sum += term(outputs[i], targets[i]);
  return sum / outputs.length;
}

/** log(1 + e^x), without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The largest logit of a row, and the sum of e^(logit - largest). */
export function partition({ outputs, width }: Predictions, row: number): { top: number; sum: number } {
  let top = -Infinity;
  for (let i = row * width; i < (row + 1) * width; i++) top = Math.max(top, outputs[i]);
  let sum = 0;
  for (let i = row * width; i < (row + 1) * width; i++) sum += Math.exp(outputs[i] - top);
  return { top, sum };
}
