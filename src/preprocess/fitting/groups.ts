import { formatShape, type Shape, sizeOf, WellfitError, z } from '../../base/index.ts';
import type { Rows } from './rows.ts';

/** Over which numbers of a row one statistic goes: one feature (one pixel of one channel), or all pixels of a channel. */
export type Over = 'feature' | 'channel';

/** Left out: per feature of a table, per channel of images. */
export const over = { over: z.enum(['feature', 'channel']).optional() };

export interface Groups {
  readonly over: Over;
  readonly count: number;
  /** Numbers of a row that belong to one group; they lie side by side. */
  readonly run: number;
  /** Shape that broadcasts one number a group over a row. */
  readonly shape: Shape;
}

export function groupsOf(shape: Shape, chosen?: Over): Groups {
  const image = shape.length === 3;
  const over = chosen ?? (image ? 'channel' : 'feature');
  if (over === 'feature') return { over, count: sizeOf(shape), run: 1, shape };
  return { over, count: shape[0], run: sizeOf(shape.slice(1)), shape: [shape[0], ...shape.slice(1).map(() => 1)] };
}

/** @throws WellfitError for statistics over channels where a row has none */
export function checkOver(shape: Shape, { over }: { over?: Over }, where: string): Shape {
  if (over === 'channel' && shape.length !== 3)
    throw new WellfitError('option', `${where}: a row has no channels`, {
      expected: 'images of [channels, height, width]',
      received: `rows of ${formatShape(shape)}`,
      fix: 'leave out "over", or set it to "feature"',
    });
  return shape;
}

/** Below it, a spread relative to the level (or, of mixtures, to the largest spread) is what rounding makes of a constant. */
const rounding = { data: 1e-12, computed: 1e-6, mixed: 1e-6 };

/** Which groups hold but one number in the rows; `level` says how large the numbers of a group are. */
export function constants(rows: Rows, spread: Float64Array, level: Float64Array): number[] {
  const largest = spread.reduce((a, b) => Math.max(a, b), 0);
  const bound = (group: number) =>
    rounding[rows.origin] *
    (rows.origin === 'mixed' ? Math.max(largest, Math.abs(level[group])) : Math.abs(level[group]));
  return [...spread.keys()].filter((group) => spread[group] <= bound(group));
}

/** "2 of 4 features (height, width)", with five names at most. */
export function describeGroups(rows: Rows, { over, count }: Groups, chosen: readonly number[], what: string): string {
  const names = chosen.slice(0, 5).map((group) => (over === 'channel' ? String(group) : rows.nameOf(group)));
  const list = names.join(', ') + (chosen.length > 5 ? ', …' : '');
  return `${chosen.length} of ${count} ${over}s ${what} (${list})`;
}

/** What to tell a person about groups that hold but one number. */
export const constantNotes = (rows: Rows, groups: Groups, constant: readonly number[]): string[] =>
  constant.length === 0
    ? []
    : [`${describeGroups(rows, groups, constant, 'are constant in the training rows')}; they carry no information`];
