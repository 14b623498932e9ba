import { withGradient } from '../../autodiff/index.ts';
import { formatShape, type Shape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import {
  add,
  batchNormalization,
  concat,
  cos,
  exp,
  hardSigmoid,
  log,
  max,
  min,
  mul,
  relu,
  reshape,
  sin,
  slice,
  sqrt,
  sub,
} from '../../ops/index.ts';
import type { LayerContext } from './layer.ts';

/** 1 above 0, else 0, in one vectorized pass: ONNX Runtime's Sign and Where are several times slower (bench/README.md). */
export const step = (x: Value): Value => hardSigmoid(x, { alpha: 3.4e38, beta: 0 });

/** `scale` x above 0, `scale` `alpha` (e^x - 1) below; at 0 the gradient is that from below, `scale` `alpha`, as PyTorch. */
export function exponentialUnit(x: Value, alpha: number, scale: number): Value {
  const times = (v: Value, factor: number) => (factor === 1 ? v : mul(v, factor));
  const power = exp(min(x, 0));
  const y = add(times(relu(x), scale), times(sub(power, 1), scale * alpha));
  return withGradient('exponentialUnit', y, [x], (dy) => {
    const below = times(power, scale * alpha);
    return [mul(dy, alpha === 1 ? below : add(below, mul(step(x), scale * (1 - alpha))))];
  });
}

/**
 * x slope + level per channel (axis 1): for images ONNX's normalization with mean 0 and variance 1 does both in one pass; for [batch, features] that
 * operator is seven times slower than a product and a sum (bench/README.md).
 */
export function affine(x: Value, slope: Value, level: Value): Value {
  if (x.shape.length === 2) return add(mul(x, slope), level);
  const constant = (fill: number) =>
    x.graph.constant({ dtype: 'float', shape: [x.shape[1]], data: new Float64Array(x.shape[1]).fill(fill) });
  return batchNormalization(x, slope, level, constant(0), constant(1), { epsilon: 0 });
}

export function requireChannels(input: Shape): void {
  if (input.length !== 1 && input.length !== 3)
    throw new Error(`needs [features] or [channels, height, width], not ${formatShape(input)}`);
}

/** Standard normal numbers from two uniform streams, two of each pair (Box and Muller 1958). */
export function normalNumbers(shape: Shape, uniform: LayerContext<unknown>['uniform']): Value {
  const size = sizeOf(shape);
  const pairs = [Math.ceil(size / 2)];
  const radius = sqrt(mul(log(max(uniform(pairs, 'radius'), 2 ** -33)), -2));
  const angle = mul(uniform(pairs, 'angle'), 2 * Math.PI);
  const both = concat(mul(radius, cos(angle)), mul(radius, sin(angle)), { axis: 0 });
  const even = size % 2 === 0 ? both : slice(both, { starts: [0], ends: [size], axes: [0], steps: [1] });
  return reshape(even, { shape });
}
