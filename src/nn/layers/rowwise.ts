import { withGradient } from '../../autodiff/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, mul, pow, reduceMean, reshape, sub, sumOver } from '../../ops/index.ts';
import { affine } from './families.ts';

const rowMean = (v: Value): Value => reduceMean(v, { axes: [1], keepdims: 1 });

/** Each row of a matrix x with mean 0 and biased variance 1 (but for epsilon): (x - mean) / sqrt(variance + epsilon). */
export const standardized = (x: Value, epsilon: number): Value =>
  divideByNorm('standardized', x, sub(x, rowMean(x)), epsilon);

/** Each row of a matrix x divided by its root mean square: x / sqrt(mean(x²) + epsilon). */
export const withUnitNorm = (x: Value, epsilon: number): Value => divideByNorm('withUnitNorm', x, x, epsilon);

/**
 * With the gradient written by hand, because differentiating through the statistics takes twice the passes:
 * dx = (dy - mean(dy) - y mean(dy y)) / norm, where mean(dy) counts only if the rows were centered.
 */
function divideByNorm(label: string, x: Value, centered: Value, epsilon: number): Value {
  const inverse = pow(add(rowMean(mul(centered, centered)), epsilon), -0.5);
  const y = mul(centered, inverse);
  return withGradient(label, y, [x], (dy) => {
    const negative = mul(inverse, -1);
    const pull = mul(rowMean(mul(dy, y)), negative);
    const correction = centered === x ? mul(y, pull) : affineRows(y, pull, mul(rowMean(dy), negative));
    return [add(mul(dy, inverse), correction)];
  });
}

/** y slope + level for each row. */
function affineRows(y: Value, slope: Value, level: Value): Value {
  const rows = y.shape[0];
  const [a, b] = [slope, level].map((v) => reshape(v, { shape: [rows] }));
  return reshape(affine(reshape(y, { shape: [1, ...y.shape] }), a, b), { shape: y.shape });
}

/** A learned scale and shift for each channel (axis 1), in as few passes as there are. */
export function scaleAndShift(x: Value, scale: Value, shift: Value): Value {
  const y = affine(x, scale, shift);
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const total = (v: Value) => sumOver(v, axes);
  const wide = reshape(scale, { shape: [x.shape[1], ...x.shape.slice(2).map(() => 1)] });
  return withGradient('scaleAndShift', y, [x, scale, shift], (dy) => [mul(dy, wide), total(mul(dy, x)), total(dy)]);
}

/** Scales of 1 and shifts of 0, which no weight decay pulls at. */
export const scaleAndShiftParameters = (shape: readonly number[]) => {
  const parameter = (init: string) => ({ shape, init, fanIn: 1, fanOut: 1, decay: false });
  return { scale: parameter('ones'), shift: parameter('zeros') };
};
