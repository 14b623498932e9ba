import { describe, expect, test } from 'vitest';
import { type CheckedParameter, type CheckOptions, checkGradient, ratioOf } from '../../src/autodiff/gradientCheck.ts';

const usual = { epsilon: 1e-4, perParameter: 100, seed: 0 };

/** The function sum(θ² / 2), whose gradient is θ, with a gradient that is `off` times too large. */
function square(values: number[], off = 1, shape = [values.length]) {
  const parameter: { -readonly [K in keyof CheckedParameter]: CheckedParameter[K] } = {
    name: 'w',
    shape,
    values: Float64Array.from(values),
    gradient: values.map((v) => v * off),
  };
  const evaluate = () => ({ loss: parameter.values.reduce((sum, v) => sum + (v * v) / 2, 0), branches: 0 });
  return { parameter, check: (options: CheckOptions = usual) => checkGradient([parameter], evaluate, options) };
}

describe('the gradient check', () => {
  test('calls a right gradient correct', () => {
    expect(square([1, 2, 3]).check()).toMatchObject({ verdict: 'correct', words: 'the gradients are correct' });
  });

  // (1 + off) in both: ||θ - off θ|| / (||θ|| + ||off θ||) = (off - 1) / (off + 1).
  test.each([
    [1 + 1e-6, 'doubtful'],
    [1 + 1e-4, 'suspicious'],
    [1.01, 'wrong'],
    [-1, 'wrong'],
    [0, 'wrong'],
  ])('a gradient %d times what it should be is %s', (off, verdict) => {
    const report = square([1, 2, 3], off).check();
    expect(report.verdict).toBe(verdict);
    expect(report.ratio).toBeCloseTo(Math.abs(off - 1) / (Math.abs(off) + 1), 8);
  });

  test('calls a gradient wrong that is no number', () => {
    const report = square([1, 2, 3], Number.NaN).check();
    expect(report.verdict).toBe('wrong');
    expect(report.ratio).toBeNaN();
  });

  test('takes the ratio over all parameters as one vector, and for each alone', () => {
    const [good, bad] = [square([3, 4]), square([1], 3)];
    const both = [good.parameter, { ...bad.parameter, name: 'bad' }];
    const loss = () => both.reduce((sum, { values }) => sum + values.reduce((s, v) => s + (v * v) / 2, 0), 0);
    const report = checkGradient(both, () => ({ loss: loss(), branches: 0 }), usual);
    expect(report.parameters.map(({ ratio }) => ratio)).toEqual([expect.closeTo(0, 8), expect.closeTo(0.5, 8)]);
    // ||(0, 0, 2)|| / (||(3, 4, 1)|| + ||(3, 4, 3)||)
    expect(report.ratio).toBeCloseTo(2 / (Math.sqrt(26) + Math.sqrt(34)), 8);
    expect(report.worst[0]).toMatchObject({ parameter: 'bad', index: [0], gradient: 3 });
  });

  test('lists the worst entries first, by their place in the tensor', () => {
    const { parameter, check } = square([1, 1, 1, 1, 1, 1], 1, [2, 3]);
    parameter.gradient = [1, 1, 1.2, 1, 1.5, 1];
    expect(
      check()
        .worst.slice(0, 2)
        .map(({ index }) => index),
    ).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(check().worst).toHaveLength(5);
  });

  test('puts every value back', () => {
    const { parameter, check } = square([0.1, 0.2, 0.3]);
    check();
    expect([...parameter.values]).toEqual([0.1, 0.2, 0.3]);
  });

  test('checks so many entries of a large parameter, drawn over all of it, and says so', () => {
    const [size, most] = [1000, 10];
    const { parameter } = square(new Array<number>(size).fill(1));
    const moved = new Set<number>();
    const evaluate = () => {
      moved.add(parameter.values.findIndex((v) => v !== 1));
      return { loss: parameter.values.reduce((sum, v) => sum + (v * v) / 2, 0), branches: 0 };
    };
    const [report] = checkGradient([parameter], evaluate, { ...usual, perParameter: most }).parameters;
    expect(report).toMatchObject({ checked: most, total: size, kinks: 0 });
    expect([...moved].map((at) => Math.floor((at * most) / size))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('leaves entries at a kink out of the ratio, counts them, and says where nothing is left', () => {
    const { parameter } = square([1, 0]);
    const absolute = () => ({
      loss: parameter.values.reduce((sum, v) => sum + Math.abs(v), 0),
      branches: parameter.values.reduce((sides, v) => 2 * sides + (v > 0 ? 1 : 0), 0),
    });
    parameter.gradient = [1, 123];
    const report = checkGradient([parameter], absolute, usual);
    expect(report).toMatchObject({ verdict: 'correct', parameters: [{ checked: 1, total: 2, kinks: 1 }] });
    parameter.values[0] = 0;
    expect(checkGradient([parameter], absolute, usual)).toMatchObject({
      verdict: 'unchecked',
      words: 'nothing could be compared: every entry lies at a kink',
      worst: [],
    });
  });

  test('says how far it is, up to the end', () => {
    const heard: number[][] = [];
    const { check } = square([1, 2, 3]);
    check({ ...usual, onProgress: (...at: number[]) => heard.push(at) });
    expect(heard).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  test('has the ratio 0 for two vectors of zeros', () => {
    expect(ratioOf([{ approximate: 0, gradient: 0 }])).toBe(0);
    expect(ratioOf([])).toBe(0);
  });
});
