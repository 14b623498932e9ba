import { z } from '../../base/index.ts';
import { initializer, requireWeights, type Target } from './initializer.ts';

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014; PyTorch orthogonal_): the orthogonal
 * factor of a matrix of normal numbers, signs such that the triangular factor's diagonal is positive, which makes every rotation equally likely.
 * Kernels count as a matrix [filters, all else], their groups together.
 */
export const orthogonal = initializer({
  summary: 'Saxe et al. 2014: a random rotation',
  options: z.strictObject({ gain: z.number().positive().default(1) }),
  draw: (target, { gain }, random) => rotation(target, () => random.normal()).map((number) => gain * number),
});

/** Row-major, as the target lies in memory. */
export function rotation(target: Target, normal: () => number): Float64Array {
  requireWeights(target, 'orthogonal');
  const [rows, ...rest] = target.shape;
  const columns = rest.reduce((n, s) => n * s, 1);
  const [fewer, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors = Array.from({ length: fewer }, () => Float64Array.from({ length }, normal));
  orthonormalize(vectors);
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return rows <= columns ? vectors[row][column] : vectors[column][row];
  });
}

/** Modified Gram-Schmidt; the lengths that it divides by are the diagonal of the triangular factor. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, i) => {
    const scale = 1 / Math.sqrt(dot(vector, vector));
    for (let k = 0; k < vector.length; k++) vector[k] *= scale;
    for (const later of vectors.slice(i + 1)) {
      const share = dot(vector, later);
      for (let k = 0; k < later.length; k++) later[k] -= share * vector[k];
    }
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
