import { Random, type Shape, sizeOf, type Tensor, tensor } from '../base/index.ts';

/** Values for samples; representable in float32, so that both engines start from the same numbers. */
export const floats = (shape: Shape, values: readonly number[]): Tensor =>
  tensor('float', shape, values.map(Math.fround));
export const ints = (shape: Shape, values: readonly number[]): Tensor => tensor('int32', shape, values);
export const bytes = (shape: Shape, values: readonly number[]): Tensor => tensor('uint8', shape, values);
export const bools = (shape: Shape, values: readonly number[]): Tensor => tensor('bool', shape, values);

/** Uniform numbers, at least `gap` away from every multiple of 1 that kinked operators care about. */
export function uniform(shape: Shape, low = -2, high = 2, seed = 1): Tensor {
  const random = new Random(seed, ...shape);
  return floats(
    shape,
    Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
  );
}

/** All different and far apart, in shuffled order: no ties, no kink within reach of a finite difference. */
export function distinct(shape: Shape, seed = 1): Tensor {
  const n = sizeOf(shape);
  const order = new Random(seed, n).shuffle(Int32Array.from({ length: n }, (_, i) => i));
  return floats(
    shape,
    Array.from(order, (rank) => (rank - n / 2 + 0.25) / 4),
  );
}

/** Lengths around the widths of vector units, where a scalar tail can disagree with the vector body. */
export const lengths = [1, 7, 8, 9, 17, 33] as const;
