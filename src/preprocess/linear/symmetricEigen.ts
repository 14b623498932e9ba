import { type Pulse, part } from '../fitting/pulse.ts';
import { tridiagonalEigen, type Wanted } from './divide.ts';
import { applyReflectors, tridiagonalize } from './tridiagonal.ts';

/**
 * Eigenvalues (descending) and orthonormal eigenvectors (rows) of a symmetric n x n matrix, whose lower triangle is read; the array is used up.
 * Of each vector the largest number by magnitude is positive, so that there is one answer (scikit-learn's choice in PCA).
 * All in float64: Householder's reduction, divide and conquer, and the reflectors applied to as many vectors as are wanted.
 */
export async function symmetricEigen(
  a: Float64Array,
  n: number,
  wanted: Wanted = (values) => values.length,
  pulse: Pulse = async () => {},
): Promise<{ values: Float64Array; vectors: Float64Array }> {
  const scale = largest(a, n);
  if (scale > 0) for (let i = 0; i < a.length; i++) a[i] /= scale;
  const reduced = await tridiagonalize(a, n, part(pulse, 0, 0.3));
  const unscaled = (values: Float64Array) => values.map((value) => value * scale);
  const count: Wanted = (values) => wanted(unscaled(values));
  const pairs = await tridiagonalEigen(reduced.diagonal, reduced.off, count, part(pulse, 0.3, 0.55));
  await applyReflectors(reduced, pairs.vectors, part(pulse, 0.55, 1));
  fixSigns(pairs.vectors.data, n);
  return { values: unscaled(pairs.values), vectors: pairs.vectors.data };
}

/** Of the lower triangle, by magnitude. */
function largest(a: Float64Array, n: number): number {
  let found = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) found = Math.max(found, Math.abs(a[i * n + j]));
  return found;
}

function fixSigns(vectors: Float64Array, n: number): void {
  for (let at = 0; at < vectors.length; at += n) {
    const row = vectors.subarray(at, at + n);
    let peak = 0;
    for (const x of row) if (Math.abs(x) > Math.abs(peak)) peak = x;
    if (peak < 0) for (let i = 0; i < n; i++) row[i] = -row[i];
  }
}
