import { WellfitError } from '../../base/index.ts';
import { countsOf, ratios } from './averages.ts';
import { onClasses, onLabels, type Predictions } from './metric.ts';
import { predictedClass } from './predictions.ts';

/**
 * How often each class was taken for each: [truth][said], counts of rows. Rows whose output holds NaN stand nowhere.
 * @throws WellfitError where the targets are not classes
 */
export function confusionMatrix(predictions: Predictions): number[][] {
  const { target, targets, rows } = predictions;
  if (target.kind !== 'classes') throw notClasses('a confusion matrix needs classes as targets');
  const matrix = Array.from({ length: target.classes }, () => new Array<number>(target.classes).fill(0));
  for (let row = 0; row < rows; row++) {
    const said = predictedClass(predictions, row);
    if (said >= 0) matrix[targets[row]][said]++;
  }
  return matrix;
}

/** Of one class or label. */
export interface ClassReport {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows of which it is true. */
  readonly support: number;
}

/**
 * Precision, recall and F1 of each class (or label) on its own, 0 where they are 0/0.
 * @throws WellfitError where the targets are neither classes nor labels
 */
export function classReport(predictions: Predictions): ClassReport[] {
  if (!onClasses(predictions.target) && !onLabels(predictions.target))
    throw notClasses('a report by class needs classes or labels as targets');
  return countsOf(predictions).map((count) => ({
    precision: ratios.precision(count),
    recall: ratios.recall(count),
    f1: ratios.f1(count),
    support: count.support,
  }));
}

const notClasses = (what: string) =>
  new WellfitError('data', what, {
    received: 'numbers',
    fix: 'measure numbers by "rmse", "meanAbsoluteError" or "r2"',
  });
