import { describe, expect, test } from 'vitest';
import { type Differentiable, minimize } from '../../../src/search/math/lbfgs.ts';

const free = (n: number) => ({ low: new Array(n).fill(-Infinity), high: new Array(n).fill(Infinity) });

/** Rosenbrock's valley: 0 at (1, …, 1). */
const valley: Differentiable = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const rise = x[i + 1] - x[i] ** 2;
    value += 100 * rise ** 2 + (1 - x[i]) ** 2;
    gradient[i] += -400 * rise * x[i] - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * rise;
  }
  return value;
};

describe('the minimum', () => {
  test('of a bent valley in ten dimensions is found with few evaluations', () => {
    let count = 0;
    const counted: Differentiable = (x, gradient) => {
      count++;
      return valley(x, gradient);
    };
    const { x, value } = minimize(counted, new Array(10).fill(-1.2), free(10), { tolerance: 1e-6 });
    expect(Math.max(...x.map((at) => Math.abs(at - 1)))).toBeLessThan(1e-4);
    expect(value).toBeLessThan(1e-8);
    expect(count).toBeLessThan(150);
  });

  test('lies on the side of the box that holds it back, and the free coordinates settle there', () => {
    // Within x ≤ 0.5 the valley is lowest at (0.5, 0.25).
    const { x } = minimize(valley, [-1, 2], { low: [-2, -2], high: [0.5, 2] }, { tolerance: 1e-8 });
    expect(x[0]).toBe(0.5);
    expect(x[1]).toBeCloseTo(0.25, 6);
  });

  test('is found from a start outside of the box and in spite of walls', () => {
    const walled: Differentiable = ([x], gradient) => {
      gradient[0] = 1 - 1 / x;
      return x > 0 ? x - Math.log(x) : Number.NaN;
    };
    expect(minimize(walled, [50], { low: [-10], high: [20] }, { tolerance: 1e-8 }).x[0]).toBeCloseTo(1, 6);
  });

  test('ends where nothing changes', () => {
    const flat: Differentiable = (_, gradient) => {
      gradient.fill(0);
      return 3;
    };
    expect(minimize(flat, [0.2, 0.4], free(2), { tolerance: 1e-6 })).toEqual({
      x: Float64Array.of(0.2, 0.4),
      value: 3,
    });
  });
});
