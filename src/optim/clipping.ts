import { z } from '../base/index.ts';
import type { Value } from '../graph/index.ts';
import { add, max, min, mul, neg, reciprocal, reduceSum, sqrt } from '../ops/index.ts';

interface Clipper {
  readonly summary: string;
  readonly options: z.ZodObject;
  readonly lead: 'limit';
  clip(gradients: readonly Value[], limit: Value): Value[];
}

const options = z.strictObject({ limit: z.number().positive() });

/** Ways to keep gradients from exploding; applied to the whole gradient, penalties included, before the optimizer. */
export const clippers = {
  /** g <- max(-limit, min(limit, g)), each number on its own (PyTorch clip_grad_value_). Turns the direction of the gradient. */
  value: {
    summary: 'each number of the gradient into [-limit, limit]',
    options,
    lead: 'limit',
    clip: (gradients, limit) => gradients.map((g) => max(min(g, limit), neg(limit))),
  },
  /** g <- g min(1, limit / (|g| + 1e-6)) with |g| over all parameters together (Pascanu et al. 2013; PyTorch clip_grad_norm_). */
  norm: {
    summary: 'the whole gradient to a length of at most limit',
    options,
    lead: 'limit',
    clip(gradients, limit) {
      const square = (g: Value) => reduceSum(mul(g, g), { axes: g.shape.map((_, i) => i), keepdims: 0 });
      const length = sqrt(gradients.map(square).reduce((sum, next) => add(sum, next)));
      const factor = min(mul(limit, reciprocal(add(length, 1e-6))), 1);
      return gradients.map((g) => mul(g, factor));
    },
  },
} satisfies Record<string, Clipper>;

export type ClipperName = keyof typeof clippers;
