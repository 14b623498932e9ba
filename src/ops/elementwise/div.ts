import { floats } from '../samples.ts';
import { binary, broadcastSamples } from './families.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** a / b. Infinity or NaN where b is 0. */
export const div = binary({
  name: 'Div',
  types: ['float'],
  forward: (a, b) => a / b,
  gradient: (dy, _, b, y) => [() => div(dy, b), () => neg(div(mul(dy, y), b))],
  samples: [
    ...broadcastSamples(-2, 2, 0.4, 2),
    { label: 'by zero', inputs: [floats([3], [1, -1, 0]), floats([3], [0, 0, 0])], noGradient: 'not differentiable' },
  ],
});
