import { accuracy } from './accuracy.ts';
import { rmse } from './rmse.ts';

/** Every metric. To add one: a file beside these, and a line here. */
export const metrics = { accuracy, rmse };

export type MetricName = keyof typeof metrics;

export type { Metric } from './metric.ts';
