import { describe, expect, test } from 'vitest';
import { fromArrays } from '../../src/data/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import type { Signals } from '../../src/monitor/index.ts';
import { type TrainEvent, trainOn } from '../../src/train/index.ts';

const cpu = onnxRuntimeEngine({ threads: 1 });
const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

const rows = times(40, (i) => [Math.sin(i), Math.cos(3 * i), (i % 7) - 3]);
const dataset = fromArrays({ features: rows, targets: rows.map(([a, b]) => [a * b]), name: 'made' });
const plain = {
  data: { dataset: 'made' },
  split: { validation: 0, test: 0 },
  preprocess: [],
  target: 'raw',
  model: [
    { dense: { units: 5, name: 'a', biasInit: { constant: { value: 0.3 } } } },
    'tanh',
    { dense: { units: 4, name: 'b' } },
    'relu',
    { dense: { units: 1, name: 'c' } },
  ],
  optimizer: { sgd: { lr: 0.1 } },
  schedule: 'constant',
  regularize: { l2: 0.01 },
  batchSize: 40,
  epochs: 1,
  earlyStopping: false,
};

async function looks(experiment: object, engine = cpu, data = dataset): Promise<Signals[]> {
  const events: TrainEvent[] = [];
  await trainOn(data, experiment, { engine, watch: 1, onEvent: (event) => events.push(event) });
  return events.flatMap((event) => (event.kind === 'signals' ? [event.signals] : []));
}

/** The first weights, by a training that does not move them. */
async function firstWeights() {
  const still = { ...plain, optimizer: { sgd: { lr: 1e-30 } } };
  const { weights } = await trainOn(dataset, still, { engine: referenceEngine });
  return (name: string) => Array.from(weights.get(name)!.data, Number);
}

describe('what is measured inside a step', () => {
  test('is what the formulas say, computed by hand in float64', async () => {
    const w = await firstWeights();
    const [[seen], [exact]] = [await looks(plain), await looks(plain, referenceEngine)];
    const dense = (x: number[][], name: string, units: number) => {
      const [weight, bias] = [w(`${name}.weight`), w(`${name}.bias`)];
      return x.map((row) => times(units, (u) => row.reduce((sum, v, i) => sum + v * weight[i * units + u], bias[u])));
    };
    const a = dense(rows, 'a', 5);
    const tanh = a.map((row) => row.map(Math.tanh));
    const b = dense(tanh, 'b', 4);
    const relu = b.map((row) => row.map((x) => Math.max(0, x)));
    const c = dense(relu, 'c', 1);
    const gaps = c.map(([y], i) => y - rows[i][0] * rows[i][1]);
    const flat = (x: number[][]) => x.flat();
    const mean = (x: number[]) => x.reduce((s, v) => s + v, 0) / x.length;
    const deviation = (x: number[]) => Math.sqrt(mean(x.map((v) => (v - mean(x)) ** 2)));
    const share = (x: number[], is: (v: number) => boolean) => x.filter(is).length / x.length;
    const norm = (x: number[]) => Math.hypot(...x);
    const squares = ['a', 'b', 'c'].flatMap((name) => w(`${name}.weight`)).reduce((s, x) => s + x * x, 0);

    for (const { loss, penalties, layers, parameters, input } of [seen, exact]) {
      const near = (got: number | undefined, wanted: number) => expect(got).toBeCloseTo(wanted, 4);
      near(loss, mean(gaps.map((g) => g * g)));
      near(penalties.l2, 0.005 * squares);
      near(input.mean, mean(flat(rows)));
      near(input.deviation, deviation(flat(rows)));
      near(layers.tanh1.mean, mean(flat(tanh)));
      near(layers.tanh1.deviation, deviation(flat(tanh)));
      near(
        layers.tanh1.saturated,
        share(flat(tanh), (x) => Math.abs(x) > 0.98),
      );
      near(
        layers.relu1.zeros,
        share(flat(relu), (x) => x === 0),
      );
      near(layers.b.largest, Math.max(...flat(b).map(Math.abs)));
      near(
        layers.relu1.silent,
        share(
          times(4, (u) => Math.max(...relu.map((row) => row[u]))),
          (top) => top === 0,
        ),
      );
      near(layers.a.spread[2], Math.max(...times(5, (u) => deviation(a.map((row) => row[u])))));
      // The gradient of a row's squared error by the answer is 2 (y - t).
      near(layers.c.gradient, Math.sqrt(mean(gaps.map((g) => (2 * g) ** 2))));
      const weight = w('c.weight');
      near(parameters['c.weight'].weight, norm(weight));
      near(parameters['c.weight'].penalty, 0.01 * norm(weight));
      const slope = times(4, (u) => mean(gaps.map((g, i) => 2 * g * relu[i][u])) + 0.01 * weight[u]);
      near(parameters['c.weight'].gradient, norm(slope));
      near(parameters['c.weight'].update, 0.1 * norm(slope));
      near(parameters['c.weight'].ratio, (0.1 * norm(slope)) / norm(weight));
      expect(parameters['c.bias']).toMatchObject({ kind: 'bias', size: 1 });
      expect(parameters['c.bias'].penalty).toBeUndefined();
      expect(layers.relu1.values.counts.reduce((s, n) => s + n, 0)).toBe(160);
    }
    expect(seen).toMatchObject({ update: 1, rows: 40, lr: 0.1 });
    expect(Object.keys(seen.layers)).toEqual(['a', 'tanh1', 'b', 'relu1', 'c']);
  });

  test('tells equal units, silent ones and those that never vary apart', async () => {
    const same = { ones: {} };
    const [equal] = await looks({
      ...plain,
      model: [{ dense: { units: 8, init: same } }, 'tanh', { dense: { units: 1 } }],
    });
    expect(equal.layers.dense1.distinct).toBe(1);
    const low = { constant: { value: -50 } };
    const [dead] = await looks({
      ...plain,
      model: [{ dense: { units: 8, biasInit: low } }, 'relu', { dense: { units: 1 } }],
    });
    expect(dead.layers.relu1).toMatchObject({
      silent: 1,
      silentRows: 40,
      constant: 1,
      distinct: 0,
      zeros: 1,
      gradient: expect.any(Number),
    });
    expect(dead.parameters['dense1.weight'].gradient).toBeCloseTo(0.01 * dead.parameters['dense1.weight'].weight, 5);
  });

  test('calls a unit silent only after it was so in every look of the window', async () => {
    const data = fromArrays({
      features: times(64, (i) => [i < 56 ? 1 : -1]),
      targets: times(64, (i) => [i]),
      name: 'made',
    });
    const model = [{ dense: { units: 1, init: { constant: { value: -1 } } } }, 'relu', { dense: { units: 1 } }];
    const seen = await looks(
      { ...plain, model, batchSize: 8, epochs: 3, regularize: {}, optimizer: { sgd: { lr: 1e-9 } } },
      cpu,
      data,
    );
    const spoke = seen.map(({ layers }) => layers.relu1.zeros < 1);
    expect(spoke).toContain(true);
    for (const [i, { layers }] of seen.entries()) {
      const window = spoke.slice(Math.max(0, i - 7), i + 1);
      expect(layers.relu1.silent).toBe(window.includes(true) ? 0 : 1);
      expect(layers.relu1.silentRows).toBe(8 * window.length);
    }
  });
});
