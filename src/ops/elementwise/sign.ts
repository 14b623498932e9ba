import { unary } from './families.ts';

/** -1, 0 or 1. Its gradient is 0 everywhere. */
export const sign = unary({
  name: 'Sign',
  forward: Math.sign,
  gradient: () => null,
  branch: Math.sign,
  extremes: [0, 1e-38, -1e-38, 3e38, -3e38, Infinity, -Infinity],
});
