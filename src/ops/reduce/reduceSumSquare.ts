import { mul } from '../elementwise/mul.ts';
import { reduction } from './families.ts';

/** Sum of squares over axes. */
export const reduceSumSquare = reduction({
  name: 'ReduceSumSquare',
  start: 0,
  step: (sum, x) => sum + x * x,
  gradient: ({ x, dyKept }) => mul(mul(dyKept, 2), x),
});
