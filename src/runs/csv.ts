import type { Network } from './series.ts';

const header = ['network', 'series', 'update', 'epoch', 'value'];

/**
 * The numbers of a run as lines of a CSV file (RFC 4180), one number each. Every float64 is read back as it was; those that are not finite are
 * NaN, Infinity and -Infinity. What is not known is empty.
 */
export function* csvOf(networks: readonly Network[]): Generator<string> {
  yield line(header);
  for (const { name: network, numbers } of networks)
    for (const { name, points } of numbers)
      for (const { update, epoch, value } of points) yield line([network, name, update, epoch, value]);
}

const line = (cells: readonly (string | number | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`;

function cell(value: string | number | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : Object.is(value, -0) ? '-0' : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
