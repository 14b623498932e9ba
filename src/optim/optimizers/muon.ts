import { type Shape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, div, gemm, max, mul, reduceSum, reshape, sqrt, sub } from '../../ops/index.ts';
import { adamOptions } from './adam.ts';
import { adamw } from './adamw.ts';
import { type Moved, optimizer } from './optimizer.ts';

/**
 * Muon (Jordan et al. 2024) for the weights that are matrices or kernels (as [filters, rest]), AdamW for every other parameter:
 * v <- μ v + (1-μ) g,  u = μ v + (1-μ) g (without `nesterov` u = v),  θ <- (1 - lr decay) θ - lr · adjusted · O, where O is nearly the orthogonal
 * matrix closest to u: five Newton-Schulz iterations X <- aX + (b XXᵀ + c (XXᵀ)²) X from X = u / |u|.
 *
 * `adjust` says how a matrix of r outputs and c inputs adjusts the rate. "matchAdamw" is 0.2 √max(r, c) (Liu et al. 2025): steps as large as AdamW's, so
 * that one rate suits all parameters. "original" is √max(1, r/c), PyTorch's default, which wants an `lr` of about 0.02 and then AdamW's parameters do not
 * fit. Our dense weights are [inputs, outputs], the transpose of PyTorch's; the iteration commutes with transposing, only the ratio turns over.
 * As torch.optim.Muon, which takes no kernels and iterates in bfloat16; here it is the engine's float32.
 */
export const muon = optimizer({
  summary: 'orthogonalized momentum for matrices and kernels, AdamW for the rest',
  options: z.strictObject({
    ...adamOptions.shape,
    momentum: z.number().min(0).lt(1).default(0.95),
    nesterov: z.boolean().default(true),
    decay: z.number().nonnegative().default(0.1),
    adjust: z.enum(['matchAdamw', 'original']).default('matchAdamw'),
  }),
  state: (parameter, options): Readonly<Record<string, number>> =>
    isMatrix(parameter) ? { velocity: 0 } : adamw.state(parameter, options),
  scalars: (options, lr, update): Readonly<Record<string, number>> => ({
    ...adamw.scalars(options, lr, update),
    lr,
    momentum: options.momentum,
    // PyTorch's 1e-7 without the factor (1-μ), which the velocity leaves out because |u| divides it away.
    floor: 1e-7 / (1 - options.momentum),
  }),
  step(context) {
    const { parameter, gradient, state, scalars, options } = context;
    const { shape } = parameter;
    if (!isMatrix({ shape, decay: context.decay })) return adamw.step(context);
    const sum = add(state.velocity, gradient);
    const velocity = mul(sum, scalars.momentum);
    const direction = options.nesterov ? add(gradient, velocity) : sum;
    const rows = shape[0];
    const matrix = reshape(direction, { shape: [rows, shape.slice(1).reduce((n, s) => n * s, 1)] });
    const change = reshape(orthogonal(matrix, scalars.floor), { shape });
    const rate = mul(scalars.lr, adjustment(shape, options.adjust));
    return { parameter: sub(mul(parameter, scalars.keep), mul(change, rate)), state: { velocity } };
  },
});

const isMatrix = ({ shape, decay }: Moved): boolean => decay && shape.length >= 2;

function adjustment(shape: Shape, kind: 'matchAdamw' | 'original'): number {
  const [first, rest] = [shape[0], shape.slice(1).reduce((n, s) => n * s, 1)];
  const [outputs, inputs] = shape.length === 2 ? [rest, first] : [first, rest];
  return kind === 'matchAdamw' ? 0.2 * Math.sqrt(Math.max(outputs, inputs)) : Math.sqrt(Math.max(1, outputs / inputs));
}

const plain = { transA: 0, transB: 0 } as const;

function orthogonal(matrix: Value, floor: Value): Value {
  const length = sqrt(reduceSum(mul(matrix, matrix), { axes: [0, 1], keepdims: 0 }));
  const wide = matrix.shape[0] <= matrix.shape[1];
  let x = div(matrix, max(length, floor));
  for (let i = 0; i < 5; i++) {
    // The products of the shorter side, whichever it is.
    const gram = gemm(x, x, wide ? { transA: 0, transB: 1 } : { transA: 1, transB: 0 });
    const bend = gemm(mul(gram, 2.0315), gram, mul(gram, -4.775), plain);
    const straight = mul(x, 3.4445);
    x = wide ? gemm(bend, x, straight, plain) : gemm(x, bend, straight, plain);
  }
  return x;
}
