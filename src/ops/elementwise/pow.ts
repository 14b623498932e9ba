import { floats } from '../samples.ts';
import { binary, broadcastSamples } from './families.ts';
import { log } from './log.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** a^b for a >= 0. Where a is 0 the gradient to b is NaN, so keep b a constant there. */
export const pow = binary({
  name: 'Pow',
  types: ['float'],
  forward: Math.pow,
  gradient: (dy, a, b, y) => [() => mul(dy, mul(b, pow(a, sub(b, 1)))), () => mul(dy, mul(y, log(a)))],
  samples: [
    ...broadcastSamples(0.3, 2, -1, 2.5),
    {
      label: 'edges',
      inputs: [floats([4], [0, 1, 2, 9]), floats([4], [0, 9, -2, 0.5])],
      noGradient: 'the base 0 is an edge',
    },
  ],
});
