import { z } from '../../base/index.ts';
import { mul, sub } from '../../ops/index.ts';
import { regularizer } from './regularizer.ts';

/**
 * Decoupled weight decay (Loshchilov & Hutter 2019): after each update every weight also loses lr · strength of what it was before. The loss and what
 * the optimizer keeps do not see it. With Adam it is PyTorch's AdamW; with plain gradient descent the same as l2.
 */
export const weightDecay = regularizer({
  summary: 'shrinks by lr strength at each update, beside the optimizer',
  options: z.strictObject({ strength: z.number().nonnegative(), biases: z.boolean().default(false) }),
  lead: 'strength',
  scalars: ({ strength }, { lr }) => ({ shrink: lr * strength }),
  after: (moved, before, { shrink }) => sub(moved, mul(before, shrink)),
});
