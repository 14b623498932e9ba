import { describe, expect, test } from 'vitest';
import { epochOrder } from '../../src/data/index.ts';
import { combineOutputs, combineValues, trainEnsemble } from '../../src/ensemble/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { parametersOf, statesOf } from '../../src/nn/index.ts';
import { judgeRows, numbersOf, resolve, type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, different, expectSameBits, on, prepare, referenceEngine } from '../train/support.ts';
import { inRows, problems, type Rest, together } from './support.ts';

const { dataset: numbers, rest: plain } = problems.numbers;

describe('snapshots', () => {
  /** Weights after each epoch, trained update by update, and the rate of every update. */
  async function byHand(rest: Rest) {
    const { ensemble: _, ...single } = rest;
    const { rows, network, memory, trainer, resolved } = await prepare(numbers, single, referenceEngine);
    const perEpoch = Math.ceil(rows.train.length / rest.batchSize!);
    const run = { total: perEpoch * rest.epochs!, perEpoch, losses: [], rows: rows.train.length };
    const own = numbersOf(resolved, run);
    const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
    const after = [];
    for (let epoch = 1; epoch <= rest.epochs!; epoch++) {
      const order = epochOrder(rows.train, 0, epoch);
      for (let start = 0; start < order.length; start += 12)
        await trainer.run(order.subarray(start, start + 12), 1, own);
      after.push(new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const))));
    }
    return { after, perEpoch, rates: Array.from({ length: run.total }, (_, i) => own(i + 1).lr) };
  }

  test.each([
    { epochs: 4, snapshots: 2, at: [2, 4] },
    { epochs: 6, snapshots: 3, at: [2, 4, 6] },
    { epochs: 3, snapshots: 3, at: [1, 2, 3] },
  ])('are as many as asked, taken at the end of each fall of the rate: %j', async ({ epochs, snapshots, at }) => {
    const experiment = on(numbers, { ...plain, epochs, ensemble: { snapshots } });
    const run = await trainEnsemble(numbers, experiment, { engine: referenceEngine });
    const period = epochs / snapshots;
    expect(run.settings.schedule).toEqual({ cosineRestarts: { period, multiply: 1, warmup: 0 } });
    expect(run.settings.earlyStopping).toBe(false);
    expect(run.members).toHaveLength(snapshots);
    const { after, perEpoch, rates } = await byHand({ ...plain, epochs, schedule: { cosineRestarts: { period } } });
    for (const [i, epoch] of at.entries()) {
      expectSameBits(run.members![i].weights, after[epoch - 1]);
      const end = epoch * perEpoch;
      expect(rates[end - 1], 'the rate is lowest').toBe(Math.min(...rates.slice(end - perEpoch, end)));
      if (end < rates.length) expect(rates[end], 'and rises then').toBe(Math.max(...rates));
    }
  });

  test.each([
    { epochs: 10, snapshots: 3, instead: 12 },
    { epochs: 7, snapshots: 2, instead: 8 },
    { epochs: 3, snapshots: 5, instead: 5 },
  ])('are refused where the epochs cannot be divided among them: %j', async ({ epochs, snapshots, instead }) => {
    const experiment = on(numbers, { ...plain, epochs, ensemble: { snapshots } });
    await expect(trainEnsemble(numbers, experiment, { engine: cpu })).rejects.toThrow(`Fix: set epochs to ${instead}`);
  });

  test('choose a number of epochs that can be divided, where none is given', () => {
    const { epochs: _, ...open } = plain;
    for (const snapshots of [3, 7]) {
      const { settings } = resolve(on(numbers, { ...open, ensemble: { snapshots } }), numbers);
      expect(settings.epochs % snapshots).toBe(0);
    }
  });

  test('and early stopping exclude each other', async () => {
    const experiment = on(numbers, { ...plain, ensemble: { snapshots: 2 }, earlyStopping: {} });
    await expect(trainEnsemble(numbers, experiment, { engine: cpu })).rejects.toThrow(/need all epochs/);
  });
});

describe('members', () => {
  const ensemble = { members: 3 };

  test('are what runs with the next seeds give, on the same rows', async () => {
    const run = await trainEnsemble(numbers, on(numbers, { ...plain, seed: 7, ensemble }), { engine: cpu });
    const alone = await Promise.all(
      [7, 8, 9].map((seed) => trainOn(numbers, on(numbers, { ...plain, seed }), { engine: cpu })),
    );
    expect(run.members).toHaveLength(3);
    alone.forEach(({ weights, rows }, i) => {
      expectSameBits(run.members![i].weights, weights);
      expect(rows).toEqual(run.rows);
    });
    expect(different(run.members![0].weights, run.members![1].weights)).toContain('dense1.weight');
    expect(run.gain!.members).toHaveLength(3);
    run.gain!.members.forEach((metric, i) => {
      expect(metric).toBeCloseTo(alone[i].test!.metric, 6);
    });
    expect(run.updates).toBe(alone.reduce((sum, { updates }) => sum + updates, 0));
  });

  test('give the same bits and the same report again', async () => {
    const train = () => trainEnsemble(numbers, on(numbers, { ...plain, ensemble }), { engine: cpu });
    const [a, b] = [await train(), await train()];
    a.members!.forEach(({ weights }, i) => {
      expectSameBits(weights, b.members![i].weights);
    });
    expect(a.test).toEqual(b.test);
    expect(a.gain).toEqual(b.gain);
  });

  test('are measured with the preprocessing that each was trained with', async () => {
    const rest: Rest = { ...plain, preprocess: [{ standardize: { sample: 12 } }] };
    const run = await trainEnsemble(numbers, on(numbers, { ...rest, ensemble }), { engine: cpu });
    for (const [i, metric] of run.gain!.members.entries()) {
      const alone = await trainOn(numbers, on(numbers, { ...rest, seed: i }), { engine: cpu });
      expect(metric, `member ${i + 1}`).toBeCloseTo(alone.test!.metric, 6);
    }
  });

  test('share one learning rate, found once', async () => {
    const events: TrainEvent[] = [];
    const rest: Rest = {
      ...plain,
      optimizer: { sgd: { lr: 'auto' } },
      batchSize: 36,
      epochs: 1,
      ensemble: { members: 2 },
    };
    const onEvent = (event: TrainEvent) => events.push(event);
    const run = await trainEnsemble(numbers, on(numbers, rest), { engine: cpu, onEvent });
    const starts = events.flatMap((event) => (event.kind === 'start' ? [event.settings.optimizer] : []));
    expect(starts).toEqual([run.settings.optimizer, run.settings.optimizer]);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('search')).toBeLessThan(kinds.indexOf('start'));
    expect(events.filter(({ kind }) => kind === 'member')).toEqual([
      { kind: 'member', what: 'member', index: 1, of: 2 },
      { kind: 'member', what: 'member', index: 2, of: 2 },
    ]);
  });

  test('that are whole are kept and measured where the run is interrupted', async () => {
    const controller = new AbortController();
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'member' && event.index === 3) controller.abort();
    };
    const options = { engine: cpu, onEvent, signal: controller.signal };
    const run = await trainEnsemble(numbers, on(numbers, { ...plain, ensemble }), options);
    expect(run.members).toHaveLength(2);
    expect(run.stopped).toEqual({ ending: 'interrupted', words: 'interrupted after 2 of 3 members' });
    expect(run.gain!.members).toHaveLength(2);
    const pair = await trainEnsemble(numbers, on(numbers, { ...plain, ensemble: { members: 2 } }), { engine: cpu });
    expect(run.test).toEqual(pair.test);
  });

  test('without test rows are not measured', async () => {
    const rest: Rest = { ...plain, split: { validation: 0.2, test: 0 }, epochs: 1, ensemble };
    const run = await trainEnsemble(numbers, on(numbers, rest), { engine: cpu });
    expect([run.members!.length, run.test, run.gain]).toEqual([3, undefined, undefined]);
  });
});

describe.each(Object.entries(problems))('the combined answer: %s', (_, { dataset, rest, link }) => {
  test.each(['probabilities', 'logits'] as const)('is the mean of %s, and the report is of it', async (combine) => {
    const experiment = on(dataset, { ...rest, ensemble: { members: 3, combine } });
    const run = await trainEnsemble(dataset, experiment, { engine: cpu });
    const rows = run.rows.test;
    const width = run.network.model.output[0];
    const judged = await judgeRows(dataset, run.members!, rows, cpu);
    const members = judged.map(({ outputs }) => inRows(outputs, width));
    const answers = Array.from(rows, (_, i) =>
      together(
        members.map((rows) => rows[i]),
        link,
        combine,
      ),
    );
    const { targets } = dataset;
    const truth = Array.from(rows, (row) =>
      targets.kind === 'classes' ? [targets.data[row]] : [...targets.data.subarray(row * width, (row + 1) * width)],
    );
    const losses = answers.map((answer, i) => {
      if (link === 'none') return (answer[0] - truth[i][0]) ** 2;
      if (link === 'softmax') return -Math.log(answer[truth[i][0]]);
      return answer.reduce((sum, p, k) => sum - Math.log(truth[i][k] ? p : 1 - p), 0) / width;
    });
    const mean = losses.reduce((sum, x) => sum + x, 0) / losses.length;
    expect(run.test!.loss).toBeCloseTo(mean, 9);
    const right = answers.flatMap((answer, i) =>
      link === 'softmax'
        ? [answer.indexOf(Math.max(...answer)) === truth[i][0]]
        : answer.map((p, k) => p > 0.5 === (truth[i][k] === 1)),
    );
    const metric = link === 'none' ? Math.sqrt(mean) : right.filter(Boolean).length / right.length;
    expect(run.gain!.together).toBe(run.test!.metric);
    if (link !== 'sigmoid' || width === 1) expect(run.test!.metric).toBeCloseTo(metric, 9);
    expect(run.test!.metrics.logLoss === undefined).toBe(link === 'none');
  });
});

describe('the mean of probabilities is the same number on the host and in the graph', () => {
  test.each([
    [
      'softmax',
      [
        [1, -2, 0.5],
        [3, 0, -4],
      ],
    ],
    [
      'softmax',
      [
        [40, 0, 0],
        [38, 0, 1],
      ],
    ],
    [
      'sigmoid',
      [
        [1, -2, 0.5],
        [3, 0, -4],
      ],
    ],
    [
      'sigmoid',
      [
        [15, -12, 18],
        [17, -16, 19],
      ],
    ],
    [
      'sigmoid',
      [
        [25, -25, 30],
        [28, -28, 20],
      ],
    ],
    [
      'none',
      [
        [1, -2, 0.5],
        [3, 0, -4],
      ],
    ],
  ] as const)('%s of %j, to float32 rounding', async (link, members) => {
    const graph = new Graph();
    const values = members.map((data) =>
      graph.constant({ dtype: 'float', shape: [1, 3], data: Float64Array.from(data) }),
    );
    graph.output('together', combineValues(values, link));
    const program = await cpu.compile(graph);
    const { together: got } = await program.run(cpu.memory(), {});
    for (const [i, x] of combineOutputs(members, 3, link).entries()) {
      expect(Math.abs(got.data[i] - x) / Math.max(1, Math.abs(x)), `${got.data[i]} for ${x}`).toBeLessThan(2e-6);
    }
    await program.release();
  });
});
