import { duration, percent, short } from '../../base/index.ts';
import type { EpochRecord, Settings } from '../../train/index.ts';

const columns = ['epoch', 'train loss', 'train', 'valid. loss', 'valid.', 'time'] as const;
const widths = [6, 11, 9, 12, 9, 9];

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => cell.padStart(widths[i]))
    .join(' ')
    .trimEnd();

export const epochHeader = (metric: string): string => `${row(columns.map((name) => name))}   (${metric})`;

export function epochRow({ epoch, train, validation, seconds }: EpochRecord, metric: string, best: boolean): string {
  const cells = [
    String(epoch),
    short(train.loss),
    train.metric === undefined ? '' : formatMetric(metric, train.metric),
    validation ? short(validation.loss) : '',
    validation ? formatMetric(metric, validation.metric) : '',
    duration(seconds),
  ];
  return row(cells) + (best ? '   best' : '');
}

/** What the experiment measures, by name. */
export const metricName = ({ metric }: Pick<Settings, 'metric'>): string =>
  typeof metric === 'string' ? metric : Object.keys(metric as object)[0];

const shares = new Set(['accuracy', 'balancedAccuracy', 'topK', 'precision', 'recall', 'f1']);

/** Shares as percent, everything else as a number. */
export const formatMetric = (metric: string, value: number): string =>
  shares.has(metric) ? percent(value) : short(value);
