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

export function epochRow(
  { epoch, train, validation, seconds }: EpochRecord,
  metric: Settings['metric'],
  best: boolean,
): string {
  const cells = [
    String(epoch),
    short(train.loss),
    formatMetric(metric, train.metric),
    validation ? short(validation.loss) : '',
    validation ? formatMetric(metric, validation.metric) : '',
    duration(seconds),
  ];
  return row(cells) + (best ? '   best' : '');
}

/** Shares as percent, everything else as a number. */
export const formatMetric = (metric: string, value: number): string =>
  metric === 'accuracy' ? percent(value) : short(value);
