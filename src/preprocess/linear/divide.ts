import type { Pulse } from '../fitting/pulse.ts';
import { addProduct, type Block, matrix, rowsOf } from './multiply.ts';
import { type Secular, secularRoot } from './secular.ts';

export interface Eigenpairs {
  /** Descending. */
  readonly values: Float64Array;
  /** One unit vector a row, of the first values; there may be fewer of them than values. */
  readonly vectors: Block;
}

/** How many vectors are wanted of all these eigenvalues, descending. */
export type Wanted = (values: Float64Array) => number;

const epsilon = 2 ** -53;
/** Rows of a product between two pulses. */
const slab = 96;

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, whose arrays are used up. The matrix is torn in two, each half is solved,
 * and the tear is mended as a change of rank one: J. J. M. Cuppen, "A divide and conquer method for the symmetric tridiagonal
 * eigenproblem", Numer. Math. 36 (1981), with the vectors made orthogonal as by M. Gu and S. C. Eisenstat, "A divide-and-conquer
 * algorithm for the symmetric tridiagonal eigenproblem", SIAM J. Matrix Anal. Appl. 16 (1995). Nearly all of the work are matrix products.
 */
export async function tridiagonalEigen(
  d: Float64Array,
  off: Float64Array,
  wanted: Wanted,
  pulse: Pulse,
): Promise<Eigenpairs> {
  const n = d.length;
  // Row i is the eigenvector of d[i]; a part's vectors lie in the square of its rows and columns.
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  let done = 0;
  const solve = async (low: number, high: number): Promise<void> => {
    if (high - low < 2) return;
    const middle = (low + high) >> 1;
    d[middle - 1] -= Math.abs(off[middle - 1]);
    d[middle] -= Math.abs(off[middle - 1]);
    await solve(low, middle);
    await solve(middle, high);
    const share = 0.75 * ((high - low) / n) ** 3;
    const progress: Pulse = (fraction) => pulse(done + share * fraction);
    await merge(
      { d, vectors, n, low, middle, high, coupling: off[middle - 1] },
      n === high - low ? wanted : all,
      progress,
    );
    done += share;
  };
  await solve(0, n);
  const order = [...d.keys()].sort((i, j) => d[j] - d[i]);
  const values = Float64Array.from(order, (i) => d[i]);
  const count = wanted(values);
  const sorted = new Float64Array(count * n);
  for (let k = 0; k < count; k++) sorted.set(vectors.subarray(order[k] * n, (order[k] + 1) * n), k * n);
  return { values, vectors: matrix(sorted, count, n) };
}

const all: Wanted = (values) => values.length;

interface Torn {
  readonly d: Float64Array;
  readonly vectors: Float64Array;
  readonly n: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  /** The entry of the matrix that coupled the halves. */
  readonly coupling: number;
}

/** Solves low … high from its solved halves. Vectors beyond the wanted ones are left as anything. */
async function merge(torn: Torn, wanted: Wanted, pulse: Pulse): Promise<void> {
  const { d, vectors, n, low, middle, high } = torn;
  const { equation, z, kept, deflated } = deflate(torn);
  const k = kept.length;
  // Row j holds d(i) - λ(j), then the coordinates of vector j in the old vectors.
  const table = new Float64Array(k * k);
  const roots = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    roots[j] = secularRoot(equation, j, table.subarray(j * k, (j + 1) * k));
    await pulse((0.2 * j) / k);
  }
  const aside = deflated.map((i) => ({ value: d[i], vector: vectors.slice(i * n + low, i * n + high) }));
  const first = firstWanted(roots, aside, wanted);

  const groups = bySupport(torn, kept);
  coordinates(equation, z, table, groups.order, first);
  const [top, bottom] = [gather(torn, groups.top, low, middle), gather(torn, groups.bottom, middle, high)];
  for (let i = low; i < high; i++) vectors.fill(0, i * n + low, i * n + high);
  const result: Block = { data: vectors, at: low * n + low, stride: n, rows: k, columns: high - low };
  const factor = matrix(table, k, k);
  for (let from = first; from < k; from += slab) {
    const to = Math.min(k, from + slab);
    const [c, a] = [rowsOf(result, from, to), rowsOf(factor, from, to)];
    addProduct({ ...c, columns: middle - low }, { ...a, columns: top.rows }, top, 1);
    const skipped = k - bottom.rows;
    addProduct(
      { ...c, at: c.at + middle - low, columns: high - middle },
      { ...a, at: a.at + skipped, columns: bottom.rows },
      bottom,
      1,
    );
    await pulse(0.2 + (0.8 * (to - first)) / (k - first));
  }
  d.set(roots, low);
  for (const [i, { value, vector }] of aside.entries()) {
    d[low + k + i] = value;
    vectors.set(vector, (low + k + i) * n + low);
  }
}

/** The first of the (ascending) roots whose vector is among the wanted ones. */
function firstWanted(roots: Float64Array, aside: readonly { value: number }[], wanted: Wanted): number {
  const everything = Float64Array.from([...roots, ...aside.map(({ value }) => value)])
    .sort()
    .reverse();
  const count = wanted(everything);
  if (count === everything.length) return 0;
  const least = everything[Math.max(0, count - 1)];
  const found = roots.findIndex((root) => root >= least);
  return found < 0 ? roots.length : found;
}

interface Deflation {
  readonly equation: Secular;
  /** z of the kept ones. */
  readonly z: Float64Array;
  /** Rows whose eigenvalues the tear changes, by ascending eigenvalue. */
  readonly kept: number[];
  /** Rows that are eigenvectors of the whole already. */
  readonly deflated: number[];
}

/**
 * The mended matrix is diag(d) + ρ z zᵀ in the halves' vectors. A vector that z hardly touches is done; of two whose eigenvalues hardly
 * differ, a rotation makes one that z does not touch. Bounds as LAPACK's dlaed2: 8 ε times the largest of d and z.
 */
function deflate({ d, vectors, n, low, middle, high, coupling }: Torn): Deflation {
  const z = new Float64Array(high - low);
  // |(last row of one half, first row of the other)|² = 2; ρ takes that factor.
  const rho = 2 * Math.abs(coupling);
  for (let i = low; i < middle; i++) z[i - low] = vectors[i * n + middle - 1] * Math.SQRT1_2;
  for (let i = middle; i < high; i++) z[i - low] = Math.sign(coupling) * vectors[i * n + middle] * Math.SQRT1_2;
  let largest = 0;
  for (let i = low; i < high; i++) largest = Math.max(largest, Math.abs(d[i]), Math.abs(z[i - low]));
  const bound = 8 * epsilon * largest;
  const kept: number[] = [];
  const deflated: number[] = [];
  const ascending = Int32Array.from({ length: high - low }, (_, i) => low + i).sort((i, j) => d[i] - d[j]);
  let before = -1;
  for (const i of ascending) {
    if (rho * Math.abs(z[i - low]) <= bound) {
      deflated.push(i);
      continue;
    }
    if (before >= 0) {
      const [zi, zb] = [z[i - low], z[before - low]];
      const norm = Math.hypot(zi, zb);
      const [cos, sin] = [zi / norm, -zb / norm];
      if (Math.abs((d[i] - d[before]) * cos * sin) <= bound) {
        z[i - low] = norm;
        z[before - low] = 0;
        const [di, db] = [d[i], d[before]];
        d[i] = db * sin * sin + di * cos * cos;
        d[before] = db * cos * cos + di * sin * sin;
        rotate(vectors, before * n + low, i * n + low, high - low, cos, sin);
        deflated.push(before);
      } else kept.push(before);
    }
    before = i;
  }
  if (before >= 0) kept.push(before);
  const own = Float64Array.from(kept, (i) => z[i - low]);
  return {
    equation: { d: Float64Array.from(kept, (i) => d[i]), squares: own.map((x) => x * x), rho },
    z: own,
    kept,
    deflated,
  };
}

function rotate(vectors: Float64Array, a: number, b: number, length: number, cos: number, sin: number): void {
  for (let i = 0; i < length; i++) {
    const [x, y] = [vectors[a + i], vectors[b + i]];
    vectors[a + i] = cos * x + sin * y;
    vectors[b + i] = cos * y - sin * x;
  }
}

/** Half of the old vectors' numbers are 0: those that live in the upper half alone come first, then the mixed ones, then the others. */
function bySupport({ vectors, n, low, middle, high }: Torn, kept: readonly number[]) {
  const lives = (row: number, from: number, to: number) =>
    vectors.subarray(row * n + from, row * n + to).some((x) => x !== 0);
  const kinds = kept.map((row) => (!lives(row, middle, high) ? 0 : lives(row, low, middle) ? 1 : 2));
  const order = [...kept.keys()].sort((a, b) => kinds[a] - kinds[b]);
  return {
    /** Positions among the kept ones. */
    order,
    top: order.filter((i) => kinds[i] < 2).map((i) => kept[i]),
    bottom: order.filter((i) => kinds[i] > 0).map((i) => kept[i]),
  };
}

function gather({ vectors, n }: Torn, rows: readonly number[], from: number, to: number): Block {
  const data = new Float64Array(rows.length * (to - from));
  for (const [i, row] of rows.entries()) data.set(vectors.subarray(row * n + from, row * n + to), i * (to - from));
  return matrix(data, rows.length, to - from);
}

/**
 * Turns row j of d(i) - λ(j) into the unit vector with coordinates ẑ(i) / (d(i) - λ(j)), in the given order. ẑ is the z for which the
 * computed λ are exact (Gu and Eisenstat): that makes the vectors orthogonal, however close the λ lie.
 */
function coordinates(
  { d }: Secular,
  z: Float64Array,
  table: Float64Array,
  order: readonly number[],
  first: number,
): void {
  const k = d.length;
  const product = new Float64Array(k).fill(-1);
  for (let j = 0; j < k; j++)
    for (let i = 0; i < k; i++) product[i] *= i === j ? table[j * k + i] : table[j * k + i] / (d[i] - d[j]);
  const exact = product.map((p, i) => Math.sign(z[i]) * Math.sqrt(Math.abs(p)));
  const row = new Float64Array(k);
  for (let j = first; j < k; j++) {
    let square = 0;
    for (let i = 0; i < k; i++) {
      row[i] = exact[i] / table[j * k + i];
      square += row[i] * row[i];
    }
    const norm = Math.sqrt(square);
    for (let i = 0; i < k; i++) table[j * k + i] = row[order[i]] / norm;
  }
}
