import { withGradient } from '../../autodiff/index.ts';
import type { Value } from '../../graph/index.ts';
import { abs, hardSigmoid, mul, reduceSum, sub } from '../../ops/index.ts';

const total = (x: Value): Value => reduceSum(x, { axes: x.shape.map((_, i) => i), keepdims: 0 });

/** Σ|w|, slope 0 at 0. Its sign comes from a steep hardSigmoid, in half the time of ONNX Runtime's Sign (bench/README.md). */
export const absoluteSum = (w: Value): Value =>
  withGradient('absoluteSum', total(abs(w)), [w], (dy) => [
    mul(sub(hardSigmoid(w, { alpha: 3.4e38, beta: 0.5 }), 0.5), mul(dy, 2)),
  ]);

/** Σw², with its slope 2w in one pass. The sum itself is only computed where somebody reads it. */
export const squareSum = (w: Value): Value =>
  withGradient('squareSum', total(mul(w, w)), [w], (dy) => [mul(w, mul(dy, 2))]);
