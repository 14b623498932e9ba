import { accuracy } from './accuracy.ts';
import { averagePrecision } from './averagePrecision.ts';
import { balancedAccuracy } from './balancedAccuracy.ts';
import { calibrationError } from './calibrationError.ts';
import { f1 } from './f1.ts';
import { logLoss } from './logLoss.ts';
import { matthews } from './matthews.ts';
import { meanAbsoluteError } from './meanAbsoluteError.ts';
import { precision } from './precision.ts';
import { r2 } from './r2.ts';
import { recall } from './recall.ts';
import { rmse } from './rmse.ts';
import { rocAuc } from './rocAuc.ts';
import { topK } from './topK.ts';

/** Every metric. To add one: a file beside these, and a line here. */
export const metrics = {
  accuracy,
  topK,
  balancedAccuracy,
  precision,
  recall,
  f1,
  matthews,
  rocAuc,
  averagePrecision,
  logLoss,
  calibrationError,
  rmse,
  meanAbsoluteError,
  r2,
};

export type MetricName = keyof typeof metrics;

export type { Metric, Predictions } from './metric.ts';
export { type ClassReport, classReport, confusionMatrix } from './report.ts';
