import { floats, ints } from '../samples.ts';
import { binary, broadcastSamples } from './families.ts';
import { neg } from './neg.ts';

/** a - b */
export const sub = binary({
  name: 'Sub',
  forward: (a, b) => a - b,
  forwardInt: (a, b) => (a - b) | 0,
  gradient: (dy) => [() => dy, () => neg(dy)],
  samples: [
    ...broadcastSamples(-2, 2),
    {
      label: 'large',
      inputs: [floats([4], [3e38, -3e38, 1e-38, 0]), floats([4], [1e30, -1e30, 1e-38, -0])],
      noGradient: 'too large for a finite difference',
    },
    { label: 'int32 wraps', inputs: [ints([3], [2147483647, -2147483648, 65537]), ints([3], [2, 3, 65537])] },
  ],
});
