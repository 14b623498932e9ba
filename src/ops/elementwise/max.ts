import type { Value } from '../../graph/index.ts';
import { floats } from '../samples.ts';
import { add } from './add.ts';
import { binary, broadcastSamples } from './families.ts';
import { mul } from './mul.ts';
import { sign } from './sign.ts';
import { sub } from './sub.ts';

/** 1 where a wins, 1/2 at a tie, 0 where it loses. */
const share = (a: Value, b: Value) => mul(add(sign(sub(a, b)), 1), 0.5);

/** The larger of a and b; NaN if either is NaN. At a tie each side gets half of the gradient, as PyTorch. */
export const max = binary({
  name: 'Max',
  types: ['float'],
  forward: Math.max,
  gradient: (dy, a, b) => [() => mul(dy, share(a, b)), () => mul(dy, share(b, a))],
  branch: (a, b) => Math.sign(a - b),
  samples: [
    ...broadcastSamples(-2, 2),
    { label: 'ties', inputs: [floats([4], [1, 0, -1, 2]), floats([4], [1, 0, -1, 1])], noGradient: 'ties are kinks' },
    { label: 'NaN', inputs: [floats([2], [NaN, 1]), floats([2], [1, NaN])], noGradient: 'NaN' },
  ],
});
