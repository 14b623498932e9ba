import { describe, expect, test } from 'vitest';
import { loadDataset } from '../../src/data/readers/index.ts';
import { onnxRuntimeEngine, sharedEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { mul } from '../../src/ops/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { counting } from './counting.ts';

const iris = await loadDataset('iris');
const experiment = (rest: object) => ({
  ...{ data: { dataset: 'iris' }, model: [{ dense: { units: 8 } }, 'relu', { dense: { units: 3 } }], epochs: 4 },
  ...{ optimizer: { adamw: { lr: 0.01 } }, regularize: { l2: 1e-4 }, schedule: 'constant', clip: { norm: 1 } },
  ...rest,
});

describe('a shared engine', () => {
  test('compiles once for trainings that differ in numbers alone, and changes no bit of them', async () => {
    const { engine, counts } = counting();
    const shared = sharedEngine(engine);
    await trainOn(iris, experiment({}), { engine: shared });
    const once = counts.compiled;
    const others = [
      { optimizer: { adamw: { lr: 0.1, decay: 0.3, beta1: 0.8 } } },
      { regularize: { l2: 1e-2 } },
      ...[{ seed: 7 }, { schedule: 'cosine' }, { clip: { norm: 2 } }, { epochs: 3 }],
    ];
    for (const rest of others) {
      const run = await trainOn(iris, experiment(rest), { engine: shared });
      expect([JSON.stringify(rest), counts.compiled]).toEqual([JSON.stringify(rest), once]);
      const alone = await trainOn(iris, experiment(rest), { engine: onnxRuntimeEngine({ threads: 1 }) });
      for (const [name, { data }] of run.weights) expect(data).toEqual(alone.weights.get(name)!.data);
    }
  });

  test('compiles anew for another network', async () => {
    const { engine, counts } = counting();
    const shared = sharedEngine(engine);
    await trainOn(iris, experiment({}), { engine: shared });
    const once = counts.compiled;
    const wider = [{ dense: { units: 9 } }, 'relu', { dense: { units: 3 } }];
    await trainOn(iris, experiment({ model: wider }), { engine: shared });
    expect(counts.compiled).toBe(2 * once);
  });

  test('keeps so many programs and lets go of the oldest ones that nobody uses', async () => {
    const { engine, counts } = counting();
    const shared = sharedEngine(engine);
    const times = (factor: number) => {
      const graph = new Graph();
      graph.output('y', mul(graph.feed('x', 'float', [1]), factor));
      return graph;
    };
    const used = await shared.compile(times(0));
    for (let i = 1; i <= 30; i++) await (await shared.compile(times(i))).release();
    expect(counts).toMatchObject({ compiled: 31, released: 6 });
    const x = { dtype: 'float', shape: [1], data: Float32Array.of(3) } as const;
    expect((await used.run(shared.memory(), { x })).y.data[0]).toBe(0);
    await (await shared.compile(times(30))).release();
    expect(counts.compiled).toBe(31);
    await (await shared.compile(times(1))).release();
    expect(counts.compiled).toBe(32);
    await used.release();
    await used.release();
    expect(counts.released).toBe(8);
  });
});
