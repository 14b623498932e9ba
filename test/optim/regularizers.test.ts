import { describe, expect, test } from 'vitest';
import { pick, sizeOf, type Tensor } from '../../src/base/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { clippers, optimizers, regularizers } from '../../src/optim/index.ts';
import { gap, tensorOf } from '../golden/read.ts';
import { type Descent, engines, golden, taskOf, walk } from './support.ts';

const picked = (regularize: Readonly<Record<string, unknown>>) =>
  Object.entries(regularize).map(([kind, value]) => pick(regularizers, { [kind]: value }, 'regularize', 'regularizer'));

describe('a regularizer bends an optimizer as PyTorch does it, update after update', () => {
  for (const { label, regularize, optimizer, task, rows, trajectory } of golden.regularizers)
    for (const { engine, tolerance } of engines)
      test(`${label} (${engine.name})`, async () => {
        const { shape, start, gradients } = taskOf(task);
        const expected = tensorOf(trajectory).data;
        const size = sizeOf(shape);
        const descent: Descent = {
          optimizer: pick(optimizers, optimizer, 'optimizer', 'optimizer'),
          regularizers: picked(regularize),
          shape,
          decay: true,
        };
        const rates = new Array<number>(30).fill(descent.optimizer.options.lr as number);
        let i = 0;
        for await (const w of walk(engine, descent, { start, gradients, rates, rows })) {
          const now = expected.slice(i * size, (i + 1) * size);
          expect(gap(w, now), `update ${i + 1}`).toBeLessThan(tolerance);
          if (label === 'l1, proximal: exact zeros')
            expect(Array.from(w, (x) => x === 0)).toEqual(Array.from(now, (x) => x === 0));
          i++;
        }
        expect(i).toBe(30);
      });
});

test('every regularizer is compared', () => {
  const compared = golden.regularizers.flatMap(({ regularize }) => Object.keys(regularize));
  expect(new Set(compared)).toEqual(new Set(Object.keys(regularizers)));
});

test('the proximal L1 made exact zeros where it was compared', () => {
  const { trajectory } = golden.regularizers.find(({ label }) => label === 'l1, proximal: exact zeros')!;
  expect(tensorOf(trajectory).data.filter((x) => x === 0).length).toBeGreaterThan(20);
});

test('a bare number is the strength or the limit; elasticNet has two', () => {
  const leads = { l1: 'strength', l2: 'strength', weightDecay: 'strength', maxNorm: 'limit' };
  for (const [kind, lead] of Object.entries(leads)) expect(picked({ [kind]: 0.25 })[0].options[lead], kind).toBe(0.25);
  expect(() => picked({ elasticNet: 0.25 })).toThrow(/regularize\.elasticNet: must be an object/);
});

test('maxNorm leaves weights of zero alone', async () => {
  for (const { engine } of engines)
    for (const shape of [[3, 2], [2, 3, 1, 1], [4]]) {
      const descent: Descent = {
        optimizer: pick(optimizers, 'sgd', 'optimizer', 'optimizer'),
        regularizers: picked({ maxNorm: 1e-3 }),
        shape,
        decay: true,
      };
      const zeros = new Float64Array(sizeOf(shape));
      for await (const w of walk(engine, descent, { start: zeros, gradients: zeros, rates: [1] }))
        expect([...(w as Float32Array)]).toEqual([...zeros]);
    }
});

describe('gradients are clipped as by torch.nn.utils', () => {
  for (const { label, kind, limit, gradients, clipped } of golden.clippings)
    for (const { engine, tolerance } of engines)
      test(`${label} (${engine.name})`, async () => {
        const graph = new Graph();
        const fed = gradients.map(({ shape }, i) => graph.feed(`g${i}`, 'float', shape));
        const results = clippers[kind].clip(fed, graph.feed('limit', 'float', []));
        for (const [i, value] of results.entries()) graph.output(`c${i}`, value);
        const program = await engine.compile(graph);
        const feeds: Record<string, Tensor> = { limit: { dtype: 'float', shape: [], data: Float64Array.of(limit) } };
        for (const [i, stored] of gradients.entries()) feeds[`g${i}`] = tensorOf(stored);
        const outputs = await program.run(engine.memory(), feeds);
        for (const [i, stored] of clipped.entries())
          expect(gap(outputs[`c${i}`].data, tensorOf(stored).data, 1e-6)).toBeLessThan(tolerance);
        await program.release();
      });
  test('every way of clipping is compared', () =>
    expect(new Set(golden.clippings.map(({ kind }) => kind))).toEqual(new Set(Object.keys(clippers))));
});
