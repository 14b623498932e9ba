import type { Pulse } from '../fitting/pulse.ts';
import { addProduct, type Block, matrix, rowsOf } from './multiply.ts';

/** A = Q T Qᵀ with a tridiagonal T; Q = H(n-1) … H(1), and H(i) = I - u uᵀ / h changes the first i numbers alone. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i couples i and i + 1. */
  readonly off: Float64Array;
  /** n x n: row i begins with the i numbers of u(i). */
  readonly reflectors: Float64Array;
  /** h(i), 0 where H(i) = I. */
  readonly h: Float64Array;
}

/** Below it, what a reflector would remove is nothing beside a matrix whose largest entry is 1. */
const nothing = 1e-280;

/**
 * Householder's reduction of a symmetric matrix, of which the lower triangle is read and overwritten. Largest entry: about 1.
 * Row by row from the last one, so that all that is touched lies side by side (as EISPACK's tred2: Martin, Reinsch and Wilkinson,
 * "Householder's tridiagonalization of a symmetric matrix", Numer. Math. 11, 1968). The update A - v wᵀ - w vᵀ that a reflector asks for
 * waits for the product A u of the next one: the triangle is read once and written once a reflector.
 */
export async function tridiagonalize(a: Float64Array, n: number, pulse: Pulse): Promise<Tridiagonal> {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(Math.max(0, n - 1));
  const h = new Float64Array(n);
  let [u, v] = [new Float64Array(n), new Float64Array(n)];
  const [w, product] = [new Float64Array(n), new Float64Array(n)];
  let pending = false;
  for (let i = n - 1; i > 0; i--) {
    const row = a.subarray(i * n, i * n + i + 1);
    if (pending) for (let j = 0; j <= i; j++) row[j] -= v[i] * w[j] + w[i] * v[j];
    diagonal[i] = row[i];
    h[i] = reflector(row, i, off);
    if (h[i] === 0 && !pending) continue;
    if (h[i] === 0) u.fill(0);
    else u.set(row.subarray(0, i));
    updateAndMultiply(a, n, i, v, w, u, product);
    pending = h[i] !== 0;
    if (pending) {
      let dot = 0;
      for (let j = 0; j < i; j++) dot += u[j] * product[j];
      const half = dot / h[i] / h[i] / 2;
      for (let j = 0; j < i; j++) w[j] = product[j] / h[i] - half * u[j];
      [u, v] = [v, u];
    } else {
      v.fill(0);
      w.fill(0);
    }
    await pulse(1 - (i / n) ** 3);
  }
  if (n > 0) diagonal[0] = a[0];
  return { diagonal, off, reflectors: a, h };
}

/** Turns the first i numbers of a row into u; the row that is left would be (0, …, 0, off[i - 1]). Returns h = |u|² / 2. */
function reflector(row: Float64Array, i: number, off: Float64Array): number {
  const last = row[i - 1];
  let rest = 0;
  for (let j = 0; j < i - 1; j++) rest += row[j] * row[j];
  if (rest < nothing) {
    off[i - 1] = last;
    return 0;
  }
  const norm = Math.sqrt(rest + last * last);
  const signed = last > 0 ? -norm : norm;
  off[i - 1] = signed;
  row[i - 1] = last - signed;
  return norm * (norm + Math.abs(last));
}

/** A -= v wᵀ + w vᵀ and product = A u for the leading m x m part, lower triangle, two rows at a time. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  m: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  product: Float64Array,
): void {
  product.fill(0, 0, m);
  for (let r = m % 2; r < m; r += 2) {
    const [v0, w0, u0] = [v[r], w[r], u[r]];
    const [v1, w1, u1] = [v[r + 1], w[r + 1], u[r + 1]];
    const row0 = r * n;
    const row1 = row0 + n;
    let sum0 = 0;
    let sum1 = 0;
    for (let j = 0; j < r; j++) {
      const vj = v[j];
      const wj = w[j];
      const uj = u[j];
      const x0 = a[row0 + j] - v0 * wj - w0 * vj;
      const x1 = a[row1 + j] - v1 * wj - w1 * vj;
      a[row0 + j] = x0;
      a[row1 + j] = x1;
      sum0 += x0 * uj;
      sum1 += x1 * uj;
      product[j] += x0 * u0 + x1 * u1;
    }
    const corner = (a[row0 + r] -= 2 * v0 * w0);
    const beside = (a[row1 + r] -= v1 * w0 + w1 * v0);
    const end = (a[row1 + r + 1] -= 2 * v1 * w1);
    product[r] += sum0 + corner * u0 + beside * u1;
    product[r + 1] += sum1 + beside * u0 + end * u1;
  }
  // An odd m leaves row 0, a single number, whose column the loop has multiplied already.
  if (m % 2 === 1) product[0] += (a[0] -= 2 * v[0] * w[0]) * u[0];
}

/** Reflectors that are applied together, and vectors between two pulses. */
const together = 96;
const slab = 384;

/**
 * x -> Q x for the rows of `vectors`. A run of reflectors changes x to x - Σ c(i) u(i), where c follows from the products x·u(i) and
 * u(i)·u(j) by substitution (the compact form of Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989), so that nearly all
 * of the work are two matrix products.
 */
export async function applyReflectors({ reflectors, h }: Tridiagonal, vectors: Block, pulse: Pulse): Promise<void> {
  const n = h.length;
  for (let first = 1; first < n; first += together) {
    const count = Math.min(together, n - first);
    const length = first + count - 1;
    const u = matrix(new Float64Array(count * length), count, length);
    for (let k = 0; k < count; k++) {
      const row = (first + k) * n;
      u.data.set(reflectors.subarray(row, row + first + k), k * length);
    }
    const overlaps = matrix(new Float64Array(count * count), count, count);
    addProduct(overlaps, u, u, 1, true);
    for (let from = 0; from < vectors.rows; from += slab) {
      const x = { ...rowsOf(vectors, from, Math.min(vectors.rows, from + slab)), columns: length };
      const c = matrix(new Float64Array(x.rows * count), x.rows, count);
      addProduct(c, x, u, 1, true);
      substitute(c, overlaps.data, h.subarray(first, first + count));
      addProduct(x, c, u, -1);
      await pulse((first + (count * from) / vectors.rows) / n);
    }
  }
}

/** c(k) = (x·u(k) - Σ of c(l) u(l)·u(k) over l < k) / h(k), for every row of products x·u. */
function substitute(c: Block, overlaps: Float64Array, h: Float64Array): void {
  const { data, rows, columns } = c;
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    for (let k = 0; k < columns; k++) {
      let sum = data[at + k];
      for (let l = 0; l < k; l++) sum -= data[at + l] * overlaps[k * columns + l];
      data[at + k] = h[k] === 0 ? 0 : sum / h[k];
    }
  }
}
