import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import { cholesky, inverseOf, solveLower, solveUpper } from '../../../src/search/math/cholesky.ts';
import { gap } from '../../golden/read.ts';

const n = 13;
const random = new Random(5);
const root = Float64Array.from({ length: n * n }, () => random.normal());
/** Both halves of a positive definite matrix. */
const matrix = product(root, transposed(root));
const vector = Float64Array.from({ length: n }, () => random.normal());

function product(a: Float64Array, b: Float64Array): Float64Array {
  const columns = b.length / n;
  return Float64Array.from({ length: n * columns }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[Math.floor(at / columns) * n + k] * b[k * columns + (at % columns)];
    return sum;
  });
}
function transposed(a: Float64Array): Float64Array {
  return a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]);
}

describe('the factor of Cholesky', () => {
  test('times its transpose is the matrix, and solves it', () => {
    const factor = cholesky(matrix, n);
    expect(gap(product(factor, transposed(factor)), matrix)).toBeLessThan(1e-13);
    const solution = vector.slice();
    solveLower(factor, n, solution);
    solveUpper(factor, n, solution);
    expect(gap(product(matrix, solution), vector)).toBeLessThan(1e-10);
  });

  test('gives the inverse', () => {
    const half = inverseOf(cholesky(matrix, n), n);
    const inverse = half.map((value, at) =>
      at % n <= Math.floor(at / n) ? value : half[(at % n) * n + Math.floor(at / n)],
    );
    const unit = matrix.map((_, at) => (at % (n + 1) === 0 ? 1 : 0));
    expect(gap(product(matrix, inverse), unit)).toBeLessThan(1e-9);
  });

  test('stands equal rows, and refuses what is far from positive definite', () => {
    const factor = cholesky(new Float64Array(n * n).fill(2), n);
    expect(gap(product(factor, transposed(factor)), new Float64Array(n * n).fill(2))).toBeLessThan(1e-6);
    expect(() => cholesky(Float64Array.of(1, 0, 9, 1), 2)).toThrow(RangeError);
    expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
  });
});
