import type { ColumnProfile } from '../../../src/data/index.ts';

/** What a reader may have found in a column; texts unless said otherwise. */
export const profile = (name: string, rest: Partial<ColumnProfile> = {}): ColumnProfile => ({
  name,
  holds: 'text',
  missing: 0,
  distinct: 3,
  top: [
    { value: 'a', count: 3 },
    { value: 'b', count: 2 },
    { value: 'c', count: 1 },
  ],
  ...rest,
});
