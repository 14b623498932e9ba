export interface Eigen {
  /** In no particular order. */
  readonly values: Float64Array;
  /** Row by row; column i belongs to value i. */
  readonly vectors: Float64Array;
}

/** Rotations of all pairs until nothing is left off the diagonal; a small matrix needs about seven rounds. */
const mostRounds = 50;

/**
 * Eigenvalues and orthonormal eigenvectors of a small symmetric matrix of `size` rows, by the cyclic Jacobi method (Golub and Van Loan,
 * "Matrix Computations", 8.5): slower than others for large matrices, and accurate to rounding.
 */
export function eigenOf(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let round = 0; round < mostRounds && offDiagonal(a, size) > 1e-32 * total; round++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]), vectors };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) sum += a[i * size + j] ** 2;
  return 2 * sum;
}

/** Turns the plane of p and q so that a[p, q] becomes 0, and the vectors with it. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q];
  if (off === 0) return;
  const half = (a[q * size + q] - a[p * size + p]) / (2 * off);
  const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(1, half));
  const c = 1 / Math.hypot(1, tangent);
  const s = tangent * c;
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q, c, s);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k, c, s);
  for (let k = 0; k < size; k++) turn(vectors, k * size + p, k * size + q, c, s);
  a[p * size + q] = a[q * size + p] = 0;
}

function turn(a: Float64Array, i: number, j: number, c: number, s: number): void {
  const x = a[i];
  const y = a[j];
  a[i] = c * x - s * y;
  a[j] = s * x + c * y;
}
