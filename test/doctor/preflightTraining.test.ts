import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { checks } from '../../src/doctor/index.ts';
import { judgeCurve } from '../../src/doctor/preflight/curve.ts';
import type { Graph, Node } from '../../src/graph/index.ts';
import type { Imported } from '../../src/nn/index.ts';
import { mul, reduceMean, sub } from '../../src/ops/index.ts';
import { digits, iris } from '../train/support.ts';
import { ask, contextOn, dense, points, type Rest, sides, slope } from './preflightSupport.ts';

describe('gradients', () => {
  test('is quiet on gradients that are right, with regularization, dropout and convolutions', async () => {
    expect(await ask('gradients', iris, { regularize: { l2: 0.01 } })).toMatchObject({ verdict: 'ok' });
    const model = [{ conv2d: { filters: 3 } }, 'relu', 'flatten', { dropout: { rate: 0.2 } }, dense(2)];
    expect(await ask('gradients', sides(), { model })).toMatchObject({ verdict: 'ok' });
  });

  test('is quiet where the gradients are so near to 0 that rounding is all that can be compared', async () => {
    const far = points(200, ([a, b, c], label) => [[900 * a, 900 * b, 900 * c], label]);
    const model = [dense(16), 'relu', dense(2)];
    expect(await ask('gradients', far, { model, preprocess: [] })).toMatchObject({ verdict: 'ok' });
  });

  test('names the operator whose gradient has the wrong sign', async () => {
    const tamper = (graph: Graph) => {
      const node = graph.nodes.find(({ scope, op }) => scope === 'relu1' && op.name === 'Relu') as {
        -readonly [K in keyof Node]: Node[K];
      };
      const right = node.op.gradient!;
      node.op = { ...node.op, gradient: (context) => right(context).map((slope) => slope && mul(slope, -1)) };
    };
    const outcome = await ask('gradients', iris, {}, { tamper });
    expect(outcome).toMatchObject({ verdict: 'error', layer: 'relu1', measured: expect.stringContaining('Relu') });
  });
});

describe('rowsApart', () => {
  test('is quiet on every recipe, with dropout; what mixes rows on purpose while training is only asked in evaluation', async () => {
    const model = [dense(8), 'relu', { dropout: { rate: 0.5 } }, 'layerNorm', dense(3)];
    expect(await ask('rowsApart', iris, { model })).toMatchObject({
      verdict: 'ok',
      measured: expect.stringContaining('and while training'),
    });
    expect(await ask('rowsApart', digits, { model: 'cnn' })).toMatchObject({
      verdict: 'ok',
      measured: expect.stringContaining('"batchNorm1" mixes them on purpose'),
    });
  });

  test('fires where a part of the model takes the mean over the rows', async () => {
    const context = await contextOn(iris);
    const { model } = context.network;
    const imported: Imported = {
      ...{ input: model.input, inputType: 'float', output: model.input, tensors: [], summary: '' },
      apply: (x) => sub(x, reduceMean(x, { axes: [0], keepdims: 1 })),
    };
    const mixing = { ...context, network: { ...context.network, model: { ...model, imported } } };
    expect(await checks.rowsApart.run(mixing)).toMatchObject({ verdict: 'error', layer: 'imported' });
  });
});

describe('rates', () => {
  test('is quiet on the default rate', async () => {
    expect(await ask('rates', digits)).toMatchObject({ verdict: 'ok' });
  });

  test.each([
    ['far too high', 3, 'leap'],
    ['far too low', 1e-7, 'hardly'],
  ])('fires on a rate %s, and proposes one that is not', async (_, lr, says) => {
    const outcome = await ask('rates', digits, { optimizer: { adam: { lr } } });
    expect(outcome).toMatchObject({ verdict: 'warning', meaning: expect.stringContaining(says) });
    expect(await ask('rates', digits, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
  });

  test('says which one will be chosen where it is to be found', async () => {
    expect(await ask('rates', digits, { lr: 'auto' })).toMatchObject({
      verdict: 'ok',
      measured: expect.stringContaining('will be chosen'),
    });
  });
});

describe('overfit', () => {
  test.each<[string, typeof iris, Rest]>([
    ['classes', iris, {}],
    [
      'a linear model of numbers, with as many rows as it can learn',
      slope(),
      { model: 'linear', optimizer: { adam: { lr: 0.05 } } },
    ],
    ['labels that are smoothed', digits, { loss: { crossEntropy: { smoothing: 0.1 } } }],
    ['one logit', points(), { loss: 'binaryCrossEntropy', optimizer: { adam: { lr: 0.01 } } }],
    [
      'what dropout and a penalty make hard',
      iris,
      {
        model: [dense(64), 'relu', { dropout: { rate: 0.9 } }, dense(3)],
        regularize: { l2: 1 },
        optimizer: { adam: { lr: 0.01 } },
      },
    ],
  ])('reaches nearly nothing on %s', async (_, dataset, rest) => {
    expect(await ask('overfit', dataset, rest)).toMatchObject({
      verdict: 'ok',
      measured: expect.stringMatching(/^(learned by heart|still falling)/),
    });
  });

  test('says "far too high" of a rate at which the loss is thrown away', async () => {
    const outcome = await ask('overfit', digits, { optimizer: { sgd: { lr: 100 } } });
    expect(outcome).toMatchObject({ verdict: 'error', meaning: expect.stringContaining('learning rate') });
    expect(outcome.changes![0].what).toBe('learning rate 100 -> 10');
  });

  test('says "too low" among the causes where the loss stands still', async () => {
    const outcome = await ask('overfit', iris, { optimizer: { adam: { lr: 1e-7 } } });
    expect(outcome).toMatchObject({
      verdict: 'warning',
      measured: expect.stringContaining('stands still'),
      meaning: expect.stringContaining('too low'),
    });
  });
});

describe('the shape of a curve', () => {
  const made = (f: (i: number) => number) => Array.from({ length: 300 }, (_, i) => f(i));
  const random = new Random(1);
  const judge = (f: (i: number) => number) => judgeCurve(made(f), { guessing: 1, floor: 0 });

  test.each<[string, (i: number) => number]>([
    ['reached', (i) => Math.exp(-i / 50)],
    ['reached', (i) => Math.exp(-i / 50) + (i % 40 === 0 ? 0.3 : 0)],
    ['falling', (i) => Math.exp(-i / 200)],
    ['plateaus', () => 1],
    ['plateaus', () => 0.9 + 0.02 * random.uniform()],
    ['rises', (i) => 1 + i / 200],
    ['explodes', (i) => Math.exp(i / 20)],
    ['explodes', (i) => (i < 200 ? 1 : Number.NaN)],
    ['explodes', (i) => (i < 200 ? 1 : Number.POSITIVE_INFINITY)],
    ['oscillates', (i) => 0.6 + 0.5 * (-1) ** i],
  ])('%s', (shape, f) => {
    expect(judge(f)).toBe(shape);
  });

  test('does not hang on the unit of the loss, nor on what is left at best', () => {
    const curve = made((i) => 1000 * Math.exp(-i / 25) + 500);
    expect(judgeCurve(curve, { guessing: 1500, floor: 500 })).toBe('reached');
    expect(judgeCurve(curve, { guessing: 1500, floor: 0 })).toBe('plateaus');
  });

  test('is told of a curve of a single update too', () => {
    expect(judgeCurve([Number.NaN], { guessing: 1, floor: 0 })).toBe('explodes');
    expect(judgeCurve([1], { guessing: 1, floor: 0 })).toBe('falling');
  });
});
