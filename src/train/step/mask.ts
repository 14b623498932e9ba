import { hash, hashText, mixed, type Shape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, cast, gather, less, mul } from '../../ops/index.ts';

/**
 * A random 32-bit number for each position: a·r + b (mod 2^32) with a fixed random r for each position and (a, b) fed for this stream and update
 * (multiply-add hashing, Dietzfelbinger 1996). Two passes of integer arithmetic, nothing to resume.
 */
function randomBits(keys: Value, shape: Shape, offset: number): Value {
  const { graph } = keys;
  const key = (i: number) => gather(keys, graph.scalar(i, 'int32'), { axis: 0 });
  const numbers = graph.constant(
    { dtype: 'int32', shape, data: Int32Array.from({ length: sizeOf(shape) }, (_, i) => mixed(i + offset)) },
    'random',
  );
  return add(mul(numbers, key(0)), key(1));
}

/** Ones at rate `keep`, else zeros: where the random number is small enough. */
export function randomMask(keys: Value, shape: Shape, keep: number): Value {
  const threshold = keys.graph.scalar(Math.min(2147483647, Math.round(keep * 4294967296 - 2147483648)), 'int32');
  return cast(less(randomBits(keys, shape, 0), threshold), { to: 'float' });
}

/** Uniform in (0, 1), 0 and 1 excluded even in float32. Streams with other names have other numbers r, so that pairs are independent. */
export function randomUniform(keys: Value, shape: Shape, stream: string): Value {
  const bits = randomBits(keys, shape, hashText(stream));
  // 2^-32 r + 1/2 rounds to 0 … 1; drawn in by a little, the ends are never reached.
  return add(mul(cast(bits, { to: 'float' }), 2 ** -32 * (1 - 2 ** -22)), 0.5);
}

/** The two keys of a stream at an update (counted from 1); the factor must be odd to permute the 32-bit numbers. */
export function maskKeys(seed: number, update: number, stream: string): [number, number] {
  const name = hashText(stream);
  return [hash(seed, update, name, 1) | 1, hash(seed, update, name, 2)];
}
