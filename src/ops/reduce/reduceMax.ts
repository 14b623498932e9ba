import { allocate, type Tensor } from '../../base/index.ts';
import { cast } from '../elementwise/cast.ts';
import { div } from '../elementwise/div.ts';
import { equal } from '../elementwise/equal.ts';
import { mul } from '../elementwise/mul.ts';
import { type ReduceAttributes, reducedPositions, reduction } from './families.ts';
import { reduceSum } from './reduceSum.ts';

/** Maximum over axes. Tied maxima share the gradient equally, as PyTorch's amax. */
export const reduceMax = reduction({
  name: 'ReduceMax',
  start: -Infinity,
  step: Math.max,
  gradient({ x, dyKept, yKept, attributes }) {
    const won = cast(equal(x, yKept), { to: 'float' });
    return mul(won, div(dyKept, reduceSum(won, { axes: (attributes as ReduceAttributes).axes, keepdims: 1 })));
  },
  branches: winners,
});

function winners(x: Tensor, attributes: Parameters<typeof reducedPositions>[1]) {
  const target = reducedPositions(x.shape, attributes);
  const best = allocate('int32', x.data.length).fill(-1);
  x.data.forEach((value, i) => {
    if (best[target[i]] < 0 || value > x.data[best[target[i]]]) best[target[i]] = i;
  });
  return best;
}
