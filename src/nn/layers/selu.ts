import { z } from '../../base/index.ts';
import { exponentialUnit } from './families.ts';
import { layer } from './layer.ts';

/** The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, eq. 14). */
const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

/** scale x above 0, scale alpha (e^x - 1) else, elementwise, with alpha 1.6733 and scale 1.0507. Gradient scale alpha at 0, as PyTorch. */
export const selu = layer({
  summary: 'elu that keeps mean 0 and variance 1 (with lecun)',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => exponentialUnit(x, alpha, scale),
  monotone: true,
  suits: () => 'lecun',
  limited: true,
});
