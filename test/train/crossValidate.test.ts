import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { type CrossValidation, crossValidateOn, type Experiment, type TrainEvent } from '../../src/train/index.ts';
import { cpu, iris, on } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(4);
const features = Array.from({ length: 62 }, () => [random.normal(), random.normal()]);
/** Two classes, one twice as large as the other. */
const two = fromArrays({
  features,
  targets: Int32Array.from({ length: 62 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  name: 'two',
});

const rest: Rest = { model: 'linear', split: { validation: 0.2 }, batchSize: 7, epochs: 1 };

/** Rows that one training saw: to learn from, to decide by, and at last those that it was held against. */
interface Seen {
  readonly train: number[];
  readonly measured: number[][];
}

/** An engine that notes the rows of every call; a fold begins with the first training step after a measurement of held rows. */
function spying(): { engine: Engine; folds: Seen[] } {
  const folds: Seen[] = [];
  const engine: Engine = {
    name: cpu.name,
    memory: () => cpu.memory(),
    async compile(graph, options) {
      const program = await cpu.compile(graph, options);
      return {
        release: () => program.release(),
        run(memory, feeds) {
          if (feeds.scalars) folds[folds.length - 1].train.push(...feeds.indices.data);
          else if (feeds.weights) {
            const rows = [...feeds.indices.data].filter((_, i) => feeds.weights.data[i] === 1);
            folds[folds.length - 1].measured.push(rows);
          }
          return program.run(memory, feeds);
        },
      };
    },
  };
  return { engine, folds };
}

/** A cross-validation of one epoch, and the rows of each fold, sorted. */
async function watched(dataset: Dataset, count: number, more: Rest = {}) {
  const { engine, folds } = spying();
  const onEvent = ({ kind }: TrainEvent) => kind === 'member' && folds.push({ train: [], measured: [] });
  const result = await crossValidateOn(dataset, on(dataset, { ...rest, ...more }), count, {
    engine,
    onEvent,
    // What looks at an update runs over its rows a second time.
    watch: false,
  });
  const sorted = (rows: number[]) => rows.sort((a, b) => a - b);
  const rows = folds.map(({ train, measured }) => {
    expect(measured, 'one epoch is validated once, and the held rows are measured once').toHaveLength(2);
    return { train: sorted(train), validation: sorted(measured[0]), held: sorted(measured[1]) };
  });
  return { result, rows };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const sorted = (lists: number[][]) => lists.flat().sort((a, b) => a - b);

describe('the rows of a cross-validation', () => {
  test('are each held in one fold, and learn or decide in all others', async () => {
    const { rows, result } = await watched(two, 5);
    expect(sorted(rows.map(({ held }) => held))).toEqual(range(0, 62));
    for (const { train, validation, held } of rows)
      expect(sorted([train, validation, held]), 'nothing twice, nothing left out').toEqual(range(0, 62));
    expect(result.folds.map((fold) => fold.rows)).toEqual(
      rows.map(({ train, validation, held }) => ({
        train: train.length,
        validation: validation.length,
        held: held.length,
      })),
    );
    expect(result.folds.map(({ fold }) => fold)).toEqual([1, 2, 3, 4, 5]);
    for (const { train, validation } of rows)
      expect(validation.length / (train.length + validation.length)).toBeCloseTo(0.2, 1);
  });

  test('are stratified: each class has its share in every part of every fold', async () => {
    const { rows } = await watched(two, 5);
    for (const part of rows.flatMap(({ train, validation, held }) => [train, validation, held])) {
      const ones = part.filter((row) => two.targets.data[row] === 1).length;
      expect(Math.abs(ones - (part.length * 21) / 62), `${ones} of ${part.length}`).toBeLessThan(1.5);
    }
  });

  test('of a test set that its publisher defined are never touched', async () => {
    const { rows } = await watched({ ...two, testRows: 12 }, 4);
    expect(sorted(rows.map(({ held }) => held))).toEqual(range(0, 50));
    for (const { train, validation, held } of rows) expect(sorted([train, validation, held])).toEqual(range(0, 50));
  });

  test('of one group stay together', async () => {
    const groups = Int32Array.from({ length: 62 }, (_, row) => (row * 7) % 31);
    const { rows } = await watched({ ...two, groups }, 4, { split: { validation: 0.2, by: 'group' } });
    for (const { train, validation, held } of rows) {
      const parts = [train, validation, held].map((part) => new Set(part.map((row) => groups[row])));
      expect(
        parts.reduce((sum, { size }) => sum + size, 0),
        'no group stands in two parts',
      ).toBe(31);
    }
  });

  test('in time: what decides comes after what is learned from, and what is held after both', async () => {
    const times = Float64Array.from({ length: 62 }, (_, row) => (row * 17) % 62);
    const { rows } = await watched({ ...two, times }, 3, { split: { validation: 0.2, by: 'time' } });
    for (const part of rows) {
      const [train, validation, held] = [part.train, part.validation, part.held].map((list) =>
        list.map((row) => times[row]),
      );
      expect(Math.max(...train)).toBeLessThan(Math.min(...validation));
      expect(Math.max(...validation)).toBeLessThan(Math.min(...held));
    }
  });

  test('differ with the seed of the split alone', async () => {
    const held = async (more: Rest) => (await watched(two, 3, more)).rows.map((fold) => fold.held);
    const first = await held({});
    expect(await held({ seed: 9 })).toEqual(first);
    expect(await held({ split: { validation: 0.2, seed: 9 } })).not.toEqual(first);
  });
});

describe('the result of a cross-validation', () => {
  const run = () => crossValidateOn(iris, on(iris, { ...rest, batchSize: 20, epochs: 4 }), 4, { engine: cpu });

  test('is the mean over folds and its standard error, worked out by hand', async () => {
    const { folds, loss, metric, metrics, interrupted } = await run();
    expect(interrupted).toBe(false);
    const check = (values: number[], { mean, standardError }: { mean: number; standardError: number }) => {
      const center = (values[0] + values[1] + values[2] + values[3]) / 4;
      expect(mean).toBeCloseTo(center, 12);
      const variance = values.reduce((sum, x) => sum + (x - center) ** 2, 0) / 3;
      expect(standardError).toBeCloseTo(Math.sqrt(variance) / 2, 12);
    };
    check(
      folds.map(({ held }) => held.loss),
      loss,
    );
    check(
      folds.map(({ held }) => held.metric),
      metric,
    );
    check(
      folds.map(({ held }) => held.metrics.f1!),
      metrics.f1,
    );
    expect(loss.standardError).toBeGreaterThan(0);
    expect(metrics.accuracy).toEqual(metric);
    expect(Object.keys(metrics)).toEqual(Object.keys(folds[0].held.metrics));
  });

  test('measures all held rows: the confusion of each fold counts them, and its accuracy is of them', async () => {
    for (const { rows, held } of (await run()).folds) {
      const counts = held.confusion!.flat();
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(rows.held);
      expect(held.confusion!.reduce((sum, row, i) => sum + row[i], 0) / rows.held).toBeCloseTo(held.metric, 12);
    }
  });

  test('is the same again, but for the time it took', async () => {
    expect(await run()).toEqual(await run());
  });

  test('says how long each fold trained and which epoch it kept', async () => {
    const hasty: Rest = { ...rest, optimizer: { sgd: { lr: 5 } }, epochs: 30, earlyStopping: { patience: 2 } };
    const { folds } = await crossValidateOn(iris, on(iris, hasty), 3, { engine: cpu });
    for (const { epochs, bestEpoch, stopped } of folds) {
      expect(bestEpoch).toBeLessThanOrEqual(epochs);
      if (stopped.ending === 'earlyStopping') expect(epochs).toBe(bestEpoch! + 2);
    }
    expect(folds.some(({ stopped }) => stopped.ending === 'earlyStopping')).toBe(true);
  });

  test('keeps the whole folds where it is interrupted', async () => {
    const controller = new AbortController();
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'member' && event.index === 3) controller.abort();
    };
    const whole = await run();
    const experiment = on(iris, { ...rest, batchSize: 20, epochs: 4 });
    const part: CrossValidation = await crossValidateOn(iris, experiment, 4, {
      engine: cpu,
      onEvent,
      signal: controller.signal,
    });
    expect(part.interrupted).toBe(true);
    expect(part.folds).toEqual(whole.folds.slice(0, 2));
    expect(part.loss.mean).toBeCloseTo((whole.folds[0].held.loss + whole.folds[1].held.loss) / 2, 12);
  });
});

describe('a cross-validation is refused before anything is trained', () => {
  const refused = (dataset: Dataset, count: number, more: Rest = {}) =>
    expect(
      crossValidateOn(dataset, on(dataset, { ...rest, ...more }), count, {
        engine: cpu,
        onEvent: ({ kind }) => expect.fail(`heard of ${kind}`),
      }),
    ).rejects;

  test('with more folds than a class has rows, which is named', async () => {
    await refused(two, 22).toThrow(/21/);
    await refused(iris, 51).toThrow(/setosa/);
  });

  test.each([0, 1, 2.5, 63])('with %d folds', async (count) => {
    await refused(two, count, { split: { stratify: false } }).toThrow(/fold/);
  });

  test('with a mistake in the experiment', async () => {
    await refused(two, 3, { loss: 'meanSquaredError' }).toThrow(/does not fit/);
  });
});

test('a limit of rows holds in every fold, or is refused: it is not passed over in silence', async () => {
  const limited = on(two, { ...rest, limit: { train: 20 } });
  const sizes = await crossValidateOn(two, limited, 3, { engine: cpu }).then(
    ({ folds }) => folds.map(({ rows }) => rows.train),
    (error: Error) => error.message,
  );
  if (typeof sizes === 'string') expect(sizes).toContain('limit');
  else expect(sizes).toEqual([20, 20, 20]);
});

test('a batch that was not asked for suits the rows of a fold', async () => {
  // 40 rows: four in five would be enough for the usual 32, but two folds leave 18.
  const few = fromArrays({
    features: features.slice(0, 40),
    targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
    name: 'few',
  });
  const { folds } = await crossValidateOn(few, on(few, { model: 'linear', epochs: 1 }), 2, { engine: cpu });
  expect(folds).toHaveLength(2);
});
