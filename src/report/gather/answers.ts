import { answers, losses, type Predictions, targetUnder } from '../../nn/index.ts';
import type { Network } from '../../train/index.ts';

type Task = 'binary' | 'classes' | 'regression' | 'labels';

/** What a run answers: a class of two, one of several, yes or no for each label, or numbers. */
export function taskOf({ loss }: Pick<Network, 'loss'>, { target }: Pick<Predictions, 'target'>): Task {
  if (target.kind === 'classes') return target.classes === 2 ? 'binary' : 'classes';
  return target.labels && losses[loss.kind].output === 'logits' ? 'labels' : 'regression';
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Log-probabilities of the classes of one row, exact where they are small. */
export function logProbabilities({ outputs, width }: Predictions, row: number): number[] {
  if (width === 1) return [-softplus(outputs[row]), -softplus(-outputs[row])];
  const logits = Array.from({ length: width }, (_, i) => outputs[row * width + i]);
  const top = Math.max(...logits);
  const log = top + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return logits.map((x) => x - log);
}

/** log(1 + e^x), without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The class with the largest logit, the first of equal ones. */
export function saidClass({ outputs, width }: Predictions, row: number): number {
  if (width === 1) return Number(outputs[row] > 0);
  let best = 0;
  for (let i = 1; i < width; i++) if (outputs[row * width + i] > outputs[row * width + best]) best = i;
  return best;
}

/** Predictions in the unit of the target. */
export const inUnit = ({ loss }: Pick<Network, 'loss'>, predictions: Predictions): Predictions => ({
  ...predictions,
  outputs: answers(predictions.outputs, losses[loss.kind].output),
  target: targetUnder(predictions.target, losses[loss.kind].output),
});
