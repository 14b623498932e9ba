import { z } from '../../base/index.ts';
import { exponentialUnit } from './families.ts';
import { layer } from './layer.ts';

/**
 * x above 0, alpha (e^x - 1) else, elementwise (Clevert et al. 2016). Gradient alpha at 0, as PyTorch. Weights before it follow `he`: it passes on
 * more than half of the second moment, as ReLU does.
 */
export const elu = layer({
  summary: 'x above 0, alpha (e^x - 1) else',
  options: z.strictObject({ alpha: z.number().positive().default(1) }),
  output: (input) => input,
  apply: (x, { options: { alpha } }) => exponentialUnit(x, alpha, 1),
  monotone: true,
  suits: () => 'he',
  limited: true,
});
