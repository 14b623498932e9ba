/** a[from] · b[from] + …, over a number of places; four sums at once, for the processor adds them side by side. */
function dot(a: Float64Array, from: number, b: Float64Array, at: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[from + k] * b[at + k];
    s1 += a[from + k + 1] * b[at + k + 1];
    s2 += a[from + k + 2] * b[at + k + 2];
    s3 += a[from + k + 3] * b[at + k + 3];
  }
  for (; k < count; k++) s0 += a[from + k] * b[at + k];
  return s0 + s1 + (s2 + s3);
}

/** Writes the factor of matrix + jitter·I into `factor`; false where that is not positive definite. */
function factorize(matrix: Float64Array, n: number, jitter: number, factor: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++)
      factor[row + j] = (matrix[row + j] - dot(factor, row, factor, j * n, j)) / factor[j * n + j];
    const square = matrix[row + i] + jitter - dot(factor, row, factor, row, i);
    if (!(square > 0)) return false;
    factor[row + i] = Math.sqrt(square);
  }
  return true;
}

/**
 * The lower factor L of a symmetric matrix, L·Lᵀ = A; only the lower halves, in rows, are read and written. Where rounding or equal rows
 * leave A not positive definite, the least of 10⁻¹⁰, 10⁻⁹, … times the mean of the diagonal that mends it is added to the diagonal.
 * @throws RangeError for a matrix with NaN, or one that is far from positive definite
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  if (factorize(matrix, n, 0, factor)) return factor;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += matrix[i * n + i] / n;
  for (let share = 1e-10; share < 2; share *= 10) if (factorize(matrix, n, share * mean, factor)) return factor;
  throw new RangeError('the matrix is not positive definite');
}

/** L⁻¹·b for a lower factor, in place. */
export function solveLower(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) b[i] = (b[i] - dot(factor, i * n, b, 0, i)) / factor[i * n + i];
}

/** L⁻ᵀ·b for a lower factor, in place. */
export function solveUpper(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const x = (b[i] /= factor[i * n + i]);
    for (let j = 0; j < i; j++) b[j] -= factor[i * n + j] * x;
  }
}

/** (L·Lᵀ)⁻¹ from the lower factor: the lower half, in rows. */
export function inverseOf(factor: Float64Array, n: number): Float64Array {
  // Row j holds column j of L⁻¹, so that all sums run along rows.
  const columns = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    columns[j * n + j] = 1 / factor[j * n + j];
    for (let i = j + 1; i < n; i++)
      columns[j * n + i] = -dot(factor, i * n + j, columns, j * n + j, i - j) / factor[i * n + i];
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) inverse[i * n + j] = dot(columns, i * n + i, columns, j * n + i, n - i);
  return inverse;
}
