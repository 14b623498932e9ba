import { describe, expect, test } from 'vitest';
import { pick, sizeOf } from '../../src/base/index.ts';
import { encode } from '../../src/onnx/index.ts';
import { optimizers, regularizers } from '../../src/optim/index.ts';
import { gap, tensorOf } from '../golden/read.ts';
import { type Descent, engines, golden, taskOf, updateGraph, walk } from './support.ts';

describe('an optimizer moves a parameter through the same numbers as PyTorch, update after update', () => {
  for (const { label, optimizer, l2, decay, task, falling, trajectory } of golden.optimizers)
    for (const { engine, tolerance } of engines)
      test(`${label} (${engine.name})`, async () => {
        const { shape, start, gradients } = taskOf(task);
        const expected = tensorOf(trajectory).data;
        const size = sizeOf(shape);
        const descent: Descent = {
          optimizer: pick(optimizers, optimizer, 'optimizer', 'optimizer'),
          regularizers: l2 > 0 ? [pick(regularizers, { l2 }, 'regularize', 'regularizer')] : [],
          shape,
          decay,
        };
        const rates = [descent.optimizer.options.lr as number];
        while (rates.length < 30) rates.push(rates[rates.length - 1] * falling);
        let i = 0;
        for await (const w of walk(engine, descent, { start, gradients, rates })) {
          expect(gap(w, expected.slice(i * size, (i + 1) * size)), `update ${i + 1}`).toBeLessThan(tolerance);
          i++;
        }
        expect(i).toBe(30);
      });
});

test('every optimizer is compared', () => {
  const compared = golden.optimizers.flatMap(({ optimizer }) => Object.keys(optimizer));
  expect(new Set(compared)).toEqual(new Set(Object.keys(optimizers)));
});

/** What a search may change; each is allowed for every optimizer that has it. */
const other: Record<string, number> = {
  lr: 0.017,
  momentum: 0.31,
  beta1: 0.32,
  beta2: 0.33,
  alpha: 0.34,
  rho: 0.35,
  epsilon: 0.036,
  decay: 0.37,
  lrDecay: 0.38,
  initialAccumulator: 0.39,
  momentumDecay: 0.4,
};

describe('the numbers of an optimizer are fed: a step that is compiled once serves all of them', () => {
  for (const kind of Object.keys(optimizers) as (keyof typeof optimizers)[])
    for (const shape of [[3], [3, 4]])
      test(`${kind}, ${shape.length} axes`, () => {
        const usual = pick(optimizers, kind, 'optimizer', 'optimizer');
        const changed = Object.fromEntries(
          Object.entries(usual.options).map(([name, value]) => [name, typeof value === 'number' ? other[name] : value]),
        );
        const compiled = (options: Readonly<Record<string, unknown>>) =>
          encode(updateGraph({ optimizer: { kind, options }, regularizers: [], shape, decay: true }));
        expect(compiled(changed)).toEqual(compiled(usual.options));
        const { scalars } = optimizers[kind];
        for (const name of Object.keys(usual.options).filter((name) => name in other && name !== 'initialAccumulator'))
          expect(
            scalars({ ...usual.options, [name]: other[name] }, name === 'lr' ? other.lr : 0.02, 9),
            name,
          ).not.toEqual(scalars(usual.options, 0.02, 9));
      });
});

test('rmsprop, centered, survives a gradient that stays the same: rounding makes no root of a negative number', async () => {
  const optimizer = pick(optimizers, { rmsprop: { centered: true, alpha: 0.9 } }, 'optimizer', 'optimizer');
  const rates = new Array<number>(400).fill(0.01);
  const gradients = Float64Array.from({ length: 1600 }, (_, i) => [0.1, -0.7, 1.3, 1e-3][i % 4]);
  const descent: Descent = { optimizer, regularizers: [], shape: [4], decay: false };
  for (const { engine } of engines)
    for await (const w of walk(engine, descent, { start: [0, 0, 0, 0], gradients, rates }))
      expect(Array.from(w).every(Number.isFinite)).toBe(true);
});

test('nadam knows the product of its factors at any update at once', () => {
  const { kind, options } = pick(optimizers, 'nadam', 'optimizer', 'optimizer');
  const at = (update: number) => optimizers[kind].scalars(options, 0.1, update);
  const begin = performance.now();
  const late = at(1e9);
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(late.meanRate / late.gradientRate).toBeCloseTo((0.9 * 0.1) / 0.1, 10);
});
