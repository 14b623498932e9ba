import { ints } from '../samples.ts';
import { binary } from './families.ts';

/** a xor b, bit by bit. */
export const bitwiseXor = binary({
  name: 'BitwiseXor',
  types: ['int32'],
  forward: (a, b) => a ^ b,
  samples: [
    { label: 'vector', inputs: [ints([4], [0, -1, 12345, -2147483648]), ints([4], [7, 7, 54321, 2147483647])] },
    { label: 'scalar', inputs: [ints([2, 2], [1, 2, 3, 4]), ints([], [-559038737])] },
  ],
});
