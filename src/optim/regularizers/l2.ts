import { z } from '../../base/index.ts';
import { mul, reduceSumSquare } from '../../ops/index.ts';
import type { Regularizer } from './regularizer.ts';

/**
 * Adds strength/2 · Σw² to the mean loss of the batch, so the gradient gains strength · w: the same as PyTorch's weight_decay for SGD. A course
 * that writes λ/(2m) Σw² with m training rows means strength = λ/m. Biases and normalization parameters are left out.
 */
export const l2: Regularizer = {
  summary: 'adds strength/2 Σw² to the loss',
  options: z.strictObject({ strength: z.number().nonnegative() }),
  lead: 'strength',
  penalty: (parameter, strength) =>
    mul(reduceSumSquare(parameter, { axes: parameter.shape.map((_, i) => i), keepdims: 0 }), mul(strength, 0.5)),
};
