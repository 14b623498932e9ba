import { floats, ints } from '../samples.ts';
import { binary, broadcastSamples } from './families.ts';

/** a > b as a boolean; false where either is NaN. */
export const greater = binary({
  name: 'Greater',
  result: 'bool',
  forward: (a, b) => (a > b ? 1 : 0),
  branch: (a, b) => Math.sign(a - b),
  samples: [
    ...broadcastSamples(-2, 2),
    { label: 'ties', inputs: [floats([3], [1, 0, -0]), floats([3], [1, -0, 0])] },
    { label: 'NaN', inputs: [floats([3], [NaN, 1, NaN]), floats([3], [1, NaN, NaN])] },
    { label: 'int32', inputs: [ints([3], [1, -5, 2147483647]), ints([3], [1, 5, -2147483648])] },
  ],
});
