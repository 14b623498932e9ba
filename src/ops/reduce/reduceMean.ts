import { mul } from '../elementwise/mul.ts';
import { expand } from '../layout/expand.ts';
import { reduction } from './families.ts';

/** Mean over axes. */
export const reduceMean = reduction({
  name: 'ReduceMean',
  start: 0,
  step: (sum, x) => sum + x,
  finish: (sum, count) => sum / count,
  gradient: ({ x, dyKept, count }) => expand(mul(dyKept, 1 / count), { shape: x.shape }),
});
