import { describe, expect, test } from 'vitest';
import { pick } from '../../src/base/index.ts';
import { rateFactor, scheduleMisfit, schedules } from '../../src/optim/index.ts';
import { gap, tensorOf } from '../golden/read.ts';
import { golden } from './support.ts';

const picked = (entry: unknown) => pick(schedules, entry, 'schedule', 'schedule');

describe('a schedule gives the same rate as PyTorch at every update', () => {
  for (const { label, schedule, total, perEpoch, losses, factors } of golden.schedules)
    test(label, () => {
      const entry = picked(schedule);
      const expected = tensorOf(factors).data;
      const seen = [...tensorOf(losses).data];
      const actual = Array.from(expected, (_, i) =>
        rateFactor(entry, { update: i + 1, total, perEpoch, losses: seen.slice(0, Math.floor(i / perEpoch)) }),
      );
      expect(expected.length).toBeGreaterThanOrEqual(40);
      expect(gap(actual, expected)).toBeLessThan(1e-12);
    });
});

test('every schedule is compared', () => {
  const compared = golden.schedules.flatMap(({ schedule }) => Object.keys(schedule));
  expect(new Set(compared)).toEqual(new Set(Object.keys(schedules)));
});

/** A run long enough, and with its end in the right place, for every schedule here. */
const run = { total: 48, perEpoch: 4 };
const fitting: Record<string, unknown> = {
  constant: 'constant',
  step: { step: { every: 5 } },
  multiStep: { multiStep: { at: [3, 6] } },
  exponential: { exponential: { factor: 0.9 } },
  inverseTime: { inverseTime: { decay: 1 } },
  polynomial: 'polynomial',
  cosine: 'cosine',
  logCosine: 'logCosine',
  cosineRestarts: { cosineRestarts: { period: 4 } },
  oneCycle: 'oneCycle',
  cyclic: { cyclic: { up: 1, down: 2 } },
  reduceOnPlateau: { reduceOnPlateau: { patience: 3 } },
};

describe('a warm-up comes first, then the schedule from its beginning', () => {
  for (const kind of Object.keys(schedules))
    test(kind, () => {
      const plain = picked(fitting[kind]);
      const warm = { ...plain, options: { ...plain.options, warmup: 8 } };
      const at = (entry: typeof plain, update: number, total: number) =>
        rateFactor(entry, { update, total, perEpoch: run.perEpoch, losses: [] });
      for (let update = 1; update <= 8; update++) expect(at(warm, update, run.total + 8)).toBeCloseTo(update / 8, 14);
      for (let update = 1; update <= run.total; update++)
        expect(at(warm, update + 8, run.total + 8)).toBe(at(plain, update, run.total));
    });
});

describe('a schedule that fits its run has nothing to say', () => {
  for (const kind of Object.keys(schedules))
    test(kind, () => expect(scheduleMisfit(picked(fitting[kind]), run)).toBeUndefined());
});

describe('a schedule that does not fit says so with its numbers', () => {
  const misfits: [label: string, entry: unknown, said: RegExp][] = [
    ['the warm-up', { cosine: { warmup: 48 } }, /warm-up of 48 updates .* run of 48 updates/],
    ['step', { step: { every: 12 } }, /after 12 epochs.* has 12 epochs/],
    ['step, after a warm-up', { step: { every: 11, warmup: 4 } }, /after 11 epochs.* has 11 epochs/],
    ['one milestone', { multiStep: { at: [3, 12] } }, /step after epoch 12 never comes: the run has 12 epochs/],
    ['milestones', { multiStep: { at: [3, 20, 30] } }, /steps after epoch 20, 30 never come: the run has 12 epochs/],
    ['a period', { cosineRestarts: { period: 20 } }, /first period takes 20 epochs.* has 12 epochs/],
    ['periods', { cosineRestarts: { period: 2, multiply: 2 } }, /run of 12 epochs .* after 6 epochs.* after 14 epochs/],
    ['a cycle', { cyclic: { up: 10 } }, /first cycle takes 20 epochs.* has 12 epochs/],
    ['cycles', { cyclic: { up: 2.5 } }, /run of 12 epochs .* after 10 epochs.* after 15 epochs/],
    ['a rise of one update', { oneCycle: { pctStart: 0.03 } }, /after 1 of the 48 updates/],
    ['three phases', { oneCycle: { pctStart: 0.6, threePhase: true } }, /0\.6 .* third phase/],
    ['patience', { reduceOnPlateau: {} }, /patience of 10 epochs .* after 12.* has 12 epochs/],
  ];
  for (const [label, entry, said] of misfits)
    test(label, () => expect(scheduleMisfit(picked(entry), run)).toMatch(said));
});

test('periods whose length is no whole number of updates neither drift nor skip a restart', () => {
  const entry = picked({ cosineRestarts: { period: 0.1 } });
  const at = (update: number) => rateFactor(entry, { update, total: 1e6, perEpoch: 7, losses: [] });
  for (const restart of [10, 100, 1000, 10_000]) expect(at(7 * 3 * restart + 1)).toBeCloseTo(1, 9);
});
