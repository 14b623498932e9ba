import { describe, expect, test } from 'vitest';
import { type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, digits, iris, on } from './support.ts';

type Of<K extends TrainEvent['kind']> = Extract<TrainEvent, { kind: K }>;

async function record(dataset: typeof iris, rest: object) {
  const events: TrainEvent[] = [];
  const run = await trainOn(dataset, on(dataset, rest), { engine: cpu, onEvent: (event) => events.push(event) });
  return { run, events };
}

describe('the events of a run', () => {
  test('are the start, then for each epoch its progress and its end', async () => {
    const { events } = await record(digits, { model: 'cnn', epochs: 2 });
    const kinds = events.map(({ kind }) => kind).join(' ');
    expect(kinds).toMatch(/^start( ((signals|updates|progress) )+epoch){2} end$/);
  });

  test('start with what was decided', async () => {
    const { run, events } = await record(iris, { epochs: 1 });
    const start = events[0] as Of<'start'>;
    expect(start.settings).toEqual(run.settings);
    expect(start.chosen).toEqual(run.chosen);
    expect(start.rows).toEqual({ train: 120, validation: 15, test: 15 });
    // (4 + 1) 64 + (64 + 1) 32 + (32 + 1) 3
    expect(start.parameters).toBe(2499);
  });

  test('count forward, reach the end of each epoch, and never foretell a negative time', async () => {
    const { events } = await record(digits, { model: 'cnn', epochs: 2 });
    const progress = events.filter((event): event is Of<'progress'> => event.kind === 'progress');
    for (const [i, event] of progress.entries()) {
      const { epoch, update, rowsDone, rowsTotal, loss, metric, samplesPerSecond, secondsLeft } = event;
      expect(rowsTotal).toBe(1438);
      expect(rowsDone).toBe(Math.min(1438, (update - 45 * (epoch - 1)) * 32));
      expect(Number.isFinite(loss) && loss > 0).toBe(true);
      expect(metric).toBeGreaterThanOrEqual(0);
      expect(metric).toBeLessThanOrEqual(1);
      expect(Number.isFinite(samplesPerSecond) && samplesPerSecond > 0).toBe(true);
      expect(Number.isFinite(secondsLeft) && secondsLeft >= 0).toBe(true);
      if (i > 0) expect(update).toBeGreaterThan(progress[i - 1].update);
    }
    expect(progress.filter(({ rowsDone }) => rowsDone === 1438).map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(progress.at(-1)!.secondsLeft).toBe(0);
  });

  test('end each epoch with the record that the run returns, and mark those that were the best so far', async () => {
    const { run, events } = await record(digits, { model: 'mlp', epochs: 4, optimizer: { adam: { lr: 0.02 } } });
    const ends = events.filter((event): event is Of<'epoch'> => event.kind === 'epoch');
    expect(ends.map((event) => event.record)).toEqual(run.epochs);
    const losses = run.epochs.map(({ validation }) => validation!.loss);
    expect(ends.map(({ best }) => best)).toEqual(
      losses.map((loss, i) => losses.slice(0, i).every((before) => loss < before)),
    );
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });
});

describe('a run', () => {
  test('counts its updates, its time and its speed', async () => {
    const began = performance.now();
    const { run } = await record(digits, { model: 'mlp', epochs: 2 });
    const wall = (performance.now() - began) / 1000;
    expect(run.updates).toBe(90);
    expect(run.seconds).toBeGreaterThan(0);
    expect(run.seconds).toBeLessThanOrEqual(wall);
    const inEpochs = run.epochs.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(inEpochs).toBeLessThanOrEqual(run.seconds);
    // Evaluation does not count, so the speed is at least that of whole epochs.
    expect(run.samplesPerSecond).toBeGreaterThanOrEqual((2 * 1438) / inEpochs);
  });

  test('says what was chosen for it and why, and nothing else', async () => {
    const { run } = await record(iris, { epochs: 1, optimizer: 'sgd', batchSize: 16 });
    const settings = run.chosen.map(({ setting }) => setting);
    expect(settings).toEqual([
      'split.validation',
      'split.test',
      'model',
      'preprocess',
      'loss',
      'init of dense1, dense2',
      'init of dense3',
      'metric',
      'schedule',
      'earlyStopping',
    ]);
    for (const { why } of run.chosen) expect(why).not.toBe('');
  });
});
