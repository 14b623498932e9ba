import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { addProduct, matrix } from '../../src/preprocess/linear/multiply.ts';
import { symmetricEigen } from '../../src/preprocess/linear/symmetricEigen.ts';

type Entry = (i: number, j: number) => number;

function symmetric(n: number, entry: Entry): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entry(i, j);
  return a;
}

/** Plain loops, so that what is tested does not test itself. */
function product(n: number, entry: (i: number, k: number, j: number) => number, rows = n, columns = n): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += entry(i, k, j);
      c[i * columns + j] = sum;
    }
  return c;
}

const largest = (numbers: Iterable<number>) => {
  let found = 0;
  for (const x of numbers) found = Number.isNaN(x) ? Infinity : Math.max(found, Math.abs(x));
  return found;
};

const random = new Random(5);
const uniform = () => 2 * random.uniform() - 1;
/** Factor F of rank r: F Fᵀ has n - r eigenvalues 0. */
const lowRank = (n: number, rank: number) => {
  const factor = Float64Array.from({ length: n * rank }, uniform);
  const a = product(rank, (i, k, j) => factor[i * rank + k] * factor[j * rank + k], n, n);
  return symmetric(n, (i, j) => a[i * n + j]);
};

const matrices: Record<string, (n: number) => Float64Array> = {
  random: (n) => symmetric(n, uniform),
  'diagonal, in no order': (n) => symmetric(n, (i, j) => (i === j ? uniform() : 0)),
  'the identity': (n) => symmetric(n, (i, j) => Number(i === j)),
  zero: (n) => symmetric(n, () => 0),
  'all ones: rank 1': (n) => symmetric(n, () => 1),
  'tridiagonal already': (n) => symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)),
  'tridiagonal with pairs that agree to the last digits': (n) =>
    symmetric(n, (i, j) => (i === j ? Math.abs(i - (n - 1) / 2) : i - j === 1 ? 1 : 0)),
  'copies of one block, glued by 1e-8': (n) =>
    symmetric(n, (i, j) => (i === j ? Math.abs((i % 21) - 10) : i - j === 1 ? (i % 21 ? 1 : 1e-8) : 0)),
  'repeated eigenvalues': (n) => symmetric(n, (i, j) => (i >> 2 === j >> 2 ? 1 + Number(i === j) : 0)),
  'falling over 20 orders of magnitude': (n) => symmetric(n, (i, j) => 10 ** ((-10 * (i + j)) / n)),
  'a quarter of full rank': (n) => lowRank(n, Math.max(1, n >> 2)),
  'entries whose squares are hardly numbers any more': (n) =>
    symmetric(n, (i, j) => (i === j ? uniform() : 1e-160 * uniform())),
  'entries of 1e200': (n) => symmetric(n, () => 1e200 * uniform()),
  'entries of 1e-250': (n) => symmetric(n, () => 1e-250 * uniform()),
};

async function expectEigen(a: Float64Array, n: number): Promise<void> {
  const { values, vectors } = await symmetricEigen(a.slice(), n);
  for (let i = 1; i < n; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
  const overlaps = product(n, (i, k, j) => vectors[i * n + k] * vectors[j * n + k]);
  const identity = symmetric(n, (i, j) => Number(i === j));
  expect(largest(overlaps.map((x, i) => x - identity[i]))).toBeLessThan(1e-15 * (n + 10));
  const scale = largest(a) || 1;
  const images = product(n, (i, k, j) => (vectors[i * n + k] * a[k * n + j]) / scale);
  const residual = images.map((x, i) => x - (values[Math.floor(i / n)] / scale) * vectors[i]);
  expect(largest(residual)).toBeLessThan(1e-15 * (n + 10));
}

describe('eigenvalues descend, eigenvectors are orthonormal and satisfy A v = λ v', () => {
  for (const [name, make] of Object.entries(matrices))
    test.each([1, 2, 3, 4, 7, 50, 300])(`${name}, %i x %i`, (n) => expectEigen(make(n), n));

  test('a reflector that leaves nothing to reflect in the next row, but in the one after it', () =>
    expectEigen(
      symmetric(5, (i, j) => (i > 2 || j > 2 ? 1 : i === j ? 2 : 0.5)),
      5,
    ));

  test('known ones: 2 - 2 cos(k π / (n + 1)) of the second difference', async () => {
    const n = 300;
    const { values } = await symmetricEigen(matrices['tridiagonal already'](n), n);
    const known = Float64Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)));
    expect(largest(values.map((x, i) => x - known[i]))).toBeLessThan(1e-14);
  });

  test('the largest number of each vector is positive', async () => {
    const n = 50;
    const { vectors } = await symmetricEigen(matrices.random(n), n);
    for (let i = 0; i < n; i++) {
      const row = vectors.subarray(i * n, (i + 1) * n);
      expect(Math.max(...row)).toBe(largest(row));
    }
  });
});

describe('a part of the vectors', () => {
  test.each(['random', 'a quarter of full rank', 'the identity', 'repeated eigenvalues'])(
    'is the beginning of all of them: %s',
    async (name) => {
      const n = 120;
      const a = matrices[name](n);
      const whole = await symmetricEigen(a.slice(), n);
      for (const count of [1, 7, 119]) {
        const some = await symmetricEigen(a.slice(), n, () => count);
        expect(some.values).toEqual(whole.values);
        expect(some.vectors.length).toBe(count * n);
        expect(largest(some.vectors.map((x, i) => x - whole.vectors[i]))).toBeLessThan(1e-13);
      }
    },
  );

  test('is chosen by looking at the eigenvalues of the matrix itself', async () => {
    const a = symmetric(5, (i, j) => (i === j ? 10 * i : 0));
    const { vectors } = await symmetricEigen(a, 5, (values) => values.filter((value) => value > 15).length);
    expect(vectors.length).toBe(3 * 5);
  });
});

test('only the lower triangle is read', async () => {
  const n = 40;
  const a = matrices.random(n);
  const spoiled = a.map((x, i) => (i % n > Math.floor(i / n) ? Number.NaN : x));
  expect(await symmetricEigen(spoiled, n)).toEqual(await symmetricEigen(a.slice(), n));
});

test('progress rises from 0 to 1', async () => {
  const reports: number[] = [];
  await symmetricEigen(matrices.random(300), 300, undefined, async (done) => void reports.push(done));
  expect(reports.length).toBeGreaterThan(100);
  for (let i = 1; i < reports.length; i++) expect(reports[i]).toBeGreaterThanOrEqual(reports[i - 1]);
  expect(reports[0]).toBeGreaterThanOrEqual(0);
  expect(reports.at(-1)).toBeLessThanOrEqual(1);
});

describe('the matrix product', () => {
  const shapes: [number, number, number][] = [
    [1, 1, 1],
    [3, 4, 4],
    [5, 7, 9],
    [2, 257, 3],
    [4, 3, 513],
    [31, 300, 530],
  ];
  for (const [m, k, n] of shapes)
    for (const transposed of [false, true])
      test(`${m} x ${k} times ${k} x ${n}${transposed ? ', transposed' : ''}, inside larger arrays`, () => {
        const [high, wide] = transposed ? [n, k] : [k, n];
        const filled = (size: number) => Float64Array.from({ length: size }, uniform);
        const [a, b, c] = [filled(m * (k + 2) + 5), filled(high * (wide + 3) + 1), filled(m * (n + 1) + 2)];
        const before = c.slice();
        addProduct(
          { data: c, at: 2, stride: n + 1, rows: m, columns: n },
          { data: a, at: 5, stride: k + 2, rows: m, columns: k },
          { data: b, at: 1, stride: wide + 3, rows: high, columns: wide },
          -1,
          transposed,
        );
        const bAt = (l: number, j: number) => b[1 + (transposed ? j * (wide + 3) + l : l * (wide + 3) + j)];
        const plain = product(k, (i, l, j) => a[5 + i * (k + 2) + l] * bAt(l, j), m, n);
        const expected = before.slice();
        for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) expected[2 + i * (n + 1) + j] -= plain[i * n + j];
        expect(largest(c.map((x, i) => x - expected[i]))).toBeLessThan(1e-12);
      });

  test('of nothing adds nothing', () => {
    const c = matrix(Float64Array.of(1, 2), 1, 2);
    addProduct(c, matrix(new Float64Array(0), 1, 0), matrix(new Float64Array(0), 0, 2), 1);
    expect(c.data).toEqual(Float64Array.of(1, 2));
  });
});
