import { hash, hashText, mixed, type Shape, sizeOf } from '../base/index.ts';
import type { Value } from '../graph/index.ts';
import { add, cast, gather, less, mul } from '../ops/index.ts';

/**
 * Ones at rate `keep`, else zeros. Each position has a fixed random 32-bit number r; the mask keeps it where a·r + b (mod 2^32) is small enough
 * (multiply-add hashing, Dietzfelbinger 1996), with (a, b) fed for this layer and update. Two passes of integer arithmetic, nothing to resume.
 */
export function randomMask(keys: Value, step: number, shape: Shape, keep: number): Value {
  const { graph } = keys;
  const key = (i: number) => gather(keys, graph.scalar(2 * step + i, 'int32'), { axis: 0 });
  const numbers = graph.constant(
    { dtype: 'int32', shape, data: Int32Array.from({ length: sizeOf(shape) }, (_, i) => mixed(i)) },
    'random',
  );
  const threshold = graph.scalar(Math.min(2147483647, Math.round(keep * 4294967296 - 2147483648)), 'int32');
  return cast(less(add(mul(numbers, key(0)), key(1)), threshold), { to: 'float' });
}

/** The two keys of a layer at an update (counted from 1); the factor must be odd to permute the 32-bit numbers. */
export function maskKeys(seed: number, update: number, layer: string): [number, number] {
  const name = hashText(layer);
  return [hash(seed, update, name, 1) | 1, hash(seed, update, name, 2)];
}
