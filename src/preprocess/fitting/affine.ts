import type { Value } from '../../graph/index.ts';
import { add, div, mul, sub } from '../../ops/index.ts';
import type { Fitted } from '../preprocessor.ts';
import { constantOf } from './constants.ts';
import type { Groups } from './groups.ts';

/** (x - shift) * factor; either may be missing. */
export const affine = {
  apply(x: Value, { shift, factor }: Fitted): Value {
    const moved = shift ? sub(x, constantOf(x.graph, shift, 'shift')) : x;
    return factor ? mul(moved, constantOf(x.graph, factor, 'factor')) : moved;
  },
  invert(y: Value, { shift, factor }: Fitted): Value {
    const stretched = factor ? div(y, constantOf(y.graph, factor, 'factor')) : y;
    return shift ? add(stretched, constantOf(y.graph, shift, 'shift')) : stretched;
  },
};

/** 1 / spread of each group; a constant group is left unscaled. */
export function inverseOf(spread: Float64Array, constant: readonly number[], { shape }: Groups) {
  const data = spread.map((s) => 1 / s);
  for (const group of constant) data[group] = 1;
  return { shape, data };
}
