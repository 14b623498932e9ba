import { unary } from './families.ts';

/** The next integer below. Its gradient is 0 everywhere. */
export const floor = unary({
  name: 'Floor',
  forward: Math.floor,
  gradient: () => null,
  branch: Math.floor,
  extremes: [0, -0.5, 0.5, 1e9, -1e9, Infinity, -Infinity, NaN],
});
