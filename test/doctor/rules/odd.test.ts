import { beforeAll, describe, expect, test } from 'vitest';
import type { History } from '../../../src/doctor/index.ts';
import { type RuleName, rules } from '../../../src/doctor/rules/index.ts';
import { healthy, isAlarm, seenBy, watched } from './trained.ts';

let well: History;
beforeAll(async () => {
  well = await watched(healthy.digits);
});

const losses = (of: (loss: number, i: number) => number): History => ({ ...well, losses: well.losses.map(of) });
const epochs = (of: (i: number) => { loss: number; metric: number }): History => ({
  ...well,
  epochs: well.epochs.map((record, i) => ({ ...record, validation: of(i) })),
});

describe('curves that no small training draws', () => {
  test('diverged: the loss ends a hundred times as high as it began', () => {
    const seen = seenBy(
      'diverged',
      losses((_, i) => 2.3 * 1.03 ** i),
    );
    expect(seen?.severity).toBe('error');
    // 1.03^78 is 10.
    expect(seen!.since).toBeGreaterThan(70);
    expect(seen!.since).toBeLessThan(90);
    expect(
      seenBy(
        'diverged',
        losses((_, i) => 2.3 * 1.005 ** i),
      ),
    ).toBeUndefined();
  });

  test('lateStart: nothing for half of the run, then all at once', () => {
    const wait = new Array<number>(300).fill(well.constantLoss!);
    const late = { ...well, losses: [...wait, ...well.losses], rates: [...wait.map(() => 0.003), ...well.rates] };
    const seen = seenBy('lateStart', late);
    expect(seen?.saw).toMatch(/first 3\d\d of 500 updates/);
    // It learned all the same.
    expect(isAlarm(seen!)).toBe(false);
    const warmed = { ...late, settings: { ...late.settings, schedule: { constant: { warmup: 300 } } } };
    expect(seenBy('lateStart', warmed)).toBeUndefined();
    expect(seenBy('lateStart', well)).toBeUndefined();
  });

  test('lossMetricDisagree: the loss rises while the accuracy does', () => {
    const seen = seenBy(
      'lossMetricDisagree',
      epochs((i) => ({ loss: 0.5 + 0.05 * i, metric: 0.5 + 0.02 * i })),
    );
    expect(seen?.severity).toBe('info');
    expect(seen!.saw).toMatch(/accuracy from 0\.6\d+ to 0\.8\d+/);
    expect(
      seenBy(
        'lossMetricDisagree',
        epochs((i) => ({ loss: 2 - 0.05 * i, metric: 0.5 + 0.02 * i })),
      ),
    ).toBeUndefined();
  });

  test('overfitting does no harm where the weights of the best epoch are kept', () => {
    const rising = epochs((i) => ({ loss: 0.5 + 0.1 * i, metric: 0.8 }));
    expect(seenBy('overfitting', rising)?.severity).toBe('warning');
    const earlyStopping = { metric: 'loss', direction: 'lower', patience: 20, minDelta: 0, warmup: 0 } as const;
    const kept = { ...rising, settings: { ...well.settings, earlyStopping: { ...earlyStopping, restoreBest: true } } };
    expect(seenBy('overfitting', kept)?.severity).toBe('info');
    const last = { ...rising, settings: { ...well.settings, earlyStopping: { ...earlyStopping, restoreBest: false } } };
    expect(seenBy('overfitting', last)?.severity).toBe('warning');
  });
});

describe('schedules', () => {
  const slow = { ...healthy.digits, epochs: 12 };

  test('whose warm-up never ends are found', async () => {
    const history = await watched({ ...slow, schedule: { constant: { warmup: 5000 } } });
    expect(seenBy('scheduleHurts', history)?.saw).toMatch(/the warm-up takes 5,000 updates of a run of 120/);
    const short = await watched({ ...slow, schedule: { constant: { warmup: 20 } } });
    expect(seenBy('scheduleHurts', short)).toBeUndefined();
  });

  test('that fall away before the weights have arrived are found', async () => {
    const history = await watched({
      ...slow,
      schedule: { exponential: { factor: 0.05 } },
      optimizer: { sgd: { lr: 0.03 } },
    });
    expect(seenBy('scheduleHurts', history)?.saw).toMatch(/the learning rate is below a hundredth of its highest/);
    const late = await watched({ ...slow, epochs: 20, schedule: { multiStep: { at: [12, 15] } } });
    expect(seenBy('scheduleHurts', late)).toBeUndefined();
  });
});

describe('a healthy training is left in peace', () => {
  test.each(Object.keys(healthy) as (keyof typeof healthy)[])(
    '%s, at its end and at every update on the way',
    async (name) => {
      const history = await watched(healthy[name]);
      const perEpoch = Math.ceil(history.rows.train / history.settings.batchSize);
      for (let updates = 1; updates <= history.losses.length; updates += 7) {
        const early: History = {
          ...history,
          stopped: undefined,
          losses: history.losses.slice(0, updates),
          rates: history.rates.slice(0, updates),
          signals: history.signals.filter(({ update }) => update <= updates),
          epochs: history.epochs.filter(({ epoch }) => epoch * perEpoch <= updates),
        };
        const found = names.flatMap((rule) => seenBy(rule, early) ?? []).filter(({ severity }) => severity === 'error');
        expect(found).toEqual([]);
      }
      expect(names.flatMap((rule) => seenBy(rule, history) ?? []).filter(isAlarm)).toEqual([]);
    },
  );
});

const names = Object.keys(rules) as RuleName[];

describe('no rule breaks', () => {
  const odd: Record<string, () => History> = {
    'before the first update': () => ({ ...well, losses: [], rates: [], signals: [], epochs: [], stopped: undefined }),
    'after one update': () => ({ ...well, losses: [2], rates: [0.1], signals: [], epochs: [], stopped: undefined }),
    'on losses that are no numbers': () => losses(() => Number.NaN),
    'on infinite losses': () => losses(() => Number.POSITIVE_INFINITY),
    'on a hole, as after going on from a checkpoint': () => losses((loss, i) => (i < 100 ? Number.NaN : loss)),
    'on losses of 0': () => losses(() => 0),
    'without looks': () => ({ ...well, signals: [] }),
    'without validation rows': () => ({
      ...well,
      rows: { ...well.rows, validation: 0 },
      epochs: well.epochs.map(({ validation: _, ...record }) => record),
    }),
    'on several numbers as targets': () => ({ ...well, target: { kind: 'numbers', mean: [0, 3], deviation: [1, 0] } }),
    'where guessing is not known': () => ({ ...well, constantLoss: undefined }),
    'where guessing is perfect': () => ({ ...well, constantLoss: 0 }),
    'on a model without layers': () => ({ ...well, layers: [], settings: { ...well.settings, model: [] } }),
    'on one row a batch': () => ({ ...well, settings: { ...well.settings, batchSize: 1 } }),
    'where the rate is looked for': () => ({
      ...well,
      settings: { ...well.settings, optimizer: { adam: { lr: 'auto' } } },
    }),
    'where the run diverged at once': () => ({
      ...well,
      losses: [Number.NaN],
      epochs: [],
      stopped: { ending: 'diverged', words: 'the training loss became NaN at update 1, in epoch 1' },
    }),
  };
  test.each(Object.entries(odd))('%s', (_, make) => {
    const history = make();
    for (const name of names) {
      const seen = seenBy(name, history);
      if (seen) expect(`${seen.saw} ${seen.why} ${seen.try.join(' ')}`).not.toMatch(/undefined|\[object/);
    }
  });
});
