import { expand } from '../layout/expand.ts';
import { reduction } from './families.ts';

/** Sum over axes. */
export const reduceSum = reduction({
  name: 'ReduceSum',
  start: 0,
  step: (sum, x) => sum + x,
  gradient: ({ x, dyKept }) => expand(dyKept, { shape: x.shape }),
});
