import { type Shape, sameShape } from '../base/index.ts';
import type { Value } from '../graph/index.ts';
import { reshape } from './layout/reshape.ts';
import { reduceSum } from './reduce/reduceSum.ts';

/** Sums a gradient over the axes that broadcasting stretched: the adjoint of broadcasting `shape`. */
export function sumTo(value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  const lead = value.shape.length - shape.length;
  const axes = value.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || shape[axis - lead] !== value.shape[axis]);
  const summed = axes.length === 0 ? value : reduceSum(value, { axes, keepdims: 0 });
  return sameShape(summed.shape, shape) ? summed : reshape(summed, { shape });
}
