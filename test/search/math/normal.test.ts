import { expect, test } from 'vitest';
import { erfcx, normalCdf } from '../../../src/search/math/normal.ts';
import { gap, readGolden } from '../../golden/read.ts';

type Pairs = readonly (readonly [x: number, y: number])[];
const golden = readGolden<{ readonly erfcx: Pairs; readonly cdf: Pairs }>('gp.json');
const worst = (f: (x: number) => number, pairs: Pairs): number =>
  gap(
    pairs.map(([x, y]) => f(x) / y),
    pairs.map(() => 1),
    0,
  );

test('the scaled error function and the normal distribution are those of scipy, also far out', () => {
  expect(worst(erfcx, golden.erfcx)).toBeLessThan(1e-13);
  expect(worst(normalCdf, golden.cdf)).toBeLessThan(1e-13);
});
