import { expect, test } from 'vitest';
import { loadDataset } from '../../src/data/readers/index.ts';

function countsOf(labels: Int32Array): number[] {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

test('digits is load_digits of scikit-learn', async () => {
  const digits = await loadDataset('digits');
  expect(digits).toMatchObject({ name: 'digits', rows: 1797, shape: [1, 8, 8], targets: { kind: 'classes' } });
  expect(digits.testRows).toBeUndefined();
  expect(digits.targets).toHaveProperty('classes', ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(countsOf(digits.targets.data as Int32Array)).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  expect(digits.features).toBeInstanceOf(Float32Array);
  // load_digits().data[0, :16], and .max(), .sum() of all
  expect([...digits.features.slice(0, 16)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
  const values = Array.from(digits.features);
  expect(Math.max(...values)).toBe(16);
  expect(values.reduce((sum, x) => sum + x)).toBe(561718);
});

test('iris is load_iris of scikit-learn, with the values of Fisher', async () => {
  const iris = await loadDataset('iris');
  expect(iris).toMatchObject({ name: 'iris', rows: 150, shape: [4] });
  expect(iris.targets).toHaveProperty('classes', ['setosa', 'versicolor', 'virginica']);
  expect(countsOf(iris.targets.data as Int32Array)).toEqual([50, 50, 50]);
  expect(iris.columns).toEqual(['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']);
  const row = (i: number) => iris.features.slice(4 * i, 4 * i + 4);
  expect(row(0)).toEqual(Float32Array.of(5.1, 3.5, 1.4, 0.2));
  // The UCI file has 0.1 at the end of the first and 3.1, 1.5 in the middle of the second.
  expect(row(34)).toEqual(Float32Array.of(4.9, 3.1, 1.5, 0.2));
  expect(row(37)).toEqual(Float32Array.of(4.9, 3.6, 1.4, 0.1));
});
