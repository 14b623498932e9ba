import { describe, expect, test } from 'vitest';
import { type Checked, checks, type PreflightProgress, preflightOn, quickChecks } from '../../src/doctor/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { messageOf } from '../data/support.ts';
import { cpu, digits, expectSameBits, iris, on } from '../train/support.ts';
import { dense, points, slope } from './preflightSupport.ts';

const names = Object.keys(checks);
const engine = cpu;

describe('preflight', () => {
  test('asks everything in the order of the table, tells each answer, and finds nothing on healthy data', async () => {
    const told: Checked[] = [];
    const { checks: answers, findings } = await preflightOn(iris, on(iris), {
      engine,
      onCheck: (one) => told.push(one),
    });
    expect(answers.map(({ check }) => check)).toEqual(names);
    expect(told).toEqual(answers);
    expect(findings).toEqual([]);
    for (const { question, measured, healthy, meaning } of answers)
      for (const text of [question, measured, healthy, meaning]) expect(text).toMatch(/\S/);
  });

  test.each([
    ['digits', digits],
    ['points', points()],
    ['numbers', slope()],
  ])('is silent on %s with default settings', async (_, dataset) => {
    expect((await preflightOn(dataset, on(dataset), { engine })).findings).toEqual([]);
  });

  test('the quick part asks the quick checks, and finds what the whole one finds there', async () => {
    const model = [dense(16, { init: 'zeros' }), 'relu', dense(3)];
    const quick = await quickChecks(iris, on(iris, { model }), { engine });
    expect(quick.checks.map(({ check }) => check)).toEqual(names.filter((name) => checks[name as 'finite'].quick));
    expect(quick.findings[0]).toMatchObject({
      rule: 'symmetricUnits',
      severity: 'error',
      layer: 'dense1',
      rootCause: true,
      since: 0,
      proved: null,
    });
  });

  test('puts the cause before what comes of it: raw inputs before a high first loss and a rate that is too high', async () => {
    const wide = points(400, ([a, b, c], label) => [[900 * a, 900 * b, 900 * c], label]);
    const rest = { preprocess: [], optimizer: { sgd: { lr: 1 } }, model: [dense(16), 'relu', dense(2)] };
    const { findings } = await preflightOn(wide, on(wide, rest), { engine });
    const [first, ...others] = findings;
    expect(first).toMatchObject({ rule: 'unscaledInput', rootCause: true, saw: expect.stringContaining('healthy:') });
    expect(first.try[0]).toContain('standardize');
    expect(others.length).toBeGreaterThan(0);
    expect(others.every(({ rootCause }) => !rootCause)).toBe(true);
  });

  test('counts from 0 to 1 and says how long it will take', async () => {
    const seen: PreflightProgress[] = [];
    await preflightOn(digits, on(digits), { engine, onProgress: (progress) => seen.push(progress) });
    const done = seen.map((one) => one.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(seen.at(-1)!.secondsLeft).toBeGreaterThanOrEqual(0);
  });

  test('does not change the training that comes after it by a bit', async () => {
    const rest = { epochs: 2, model: [dense(8), 'relu', { dropout: { rate: 0.3 } }, dense(3)] };
    const before = await trainOn(iris, on(iris, rest), { engine });
    await preflightOn(iris, on(iris, rest), { engine });
    expectSameBits((await trainOn(iris, on(iris, rest), { engine })).weights, before.weights);
  });

  test('refuses what training refuses, and ends when it is told to', async () => {
    const model = [dense(3), 'sigmoid'];
    expect(await messageOf(() => preflightOn(iris, on(iris, { model }), { engine }))).toContain(
      'remove the last layer',
    );
    const signal = AbortSignal.abort();
    expect(await messageOf(() => preflightOn(iris, on(iris), { engine, signal }))).toContain('interrupted');
  });

  test('names known checks alone in what leads to what', () => {
    for (const { leadsTo } of Object.values(checks)) for (const name of leadsTo) expect(names).toContain(name);
  });
});
