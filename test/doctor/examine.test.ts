import { describe, expect, test, vi } from 'vitest';
import { fromArrays } from '../../src/data/index.ts';
import { Doctor, diagnose, examineOn, Historian } from '../../src/doctor/index.ts';
import { gainInErrors, improves, type Score } from '../../src/doctor/repair/score.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, digits, iris, on } from '../train/support.ts';

vi.setConfig({ testTimeout: 120_000 });

const ill = on(digits, {
  model: ['flatten', { dense: { units: 32 } }, 'relu', { dense: { units: 10 } }],
  optimizer: { adam: { lr: 3 } },
  epochs: 8,
  split: { validation: 0.2, test: 0 },
});
const well = { ...ill, optimizer: { adam: { lr: 0.01 } } };
const weightsOf = (run: { weights: ReadonlyMap<string, { data: ArrayLike<number> }> }) =>
  [...run.weights].map(([name, { data }]) => [name, Array.from(data)]);

describe('an examination', () => {
  test('names one cause, proves it with several seeds, and repairs it within twice the training', async () => {
    const original = await trainEnsemble(digits, ill, { engine: cpu });
    const found = await examineOn(digits, ill, { engine: cpu, repair: true });
    expect(found.findings.filter(({ rootCause }) => rootCause)).toHaveLength(1);
    const [head] = found.findings;
    expect(head).toMatchObject({ rule: 'rateTooHigh', rootCause: true, severity: 'error' });
    expect(head.proved).toMatchObject({ measure: 'balanced accuracy', seeds: 2, better: 2 });
    expect(head.proved!.with).toBeGreaterThan(head.proved!.without + 0.3);
    const { repair, run, trials } = found;
    expect(repair).toMatchObject({ kept: true, what: [expect.stringContaining('learning rate 3')] });
    expect(repair!.diff.map(({ setting }) => setting)).toContain('optimizer');
    expect(repair!.after).toBeGreaterThan(0.9);
    expect(run!.settings.optimizer).not.toEqual(original.settings.optimizer);
    expect(found.epochs).toBeLessThanOrEqual(2 * 8);
    expect(trials[0]).toMatchObject({ rules: expect.arrayContaining(['rateTooHigh']), without: expect.any(Number) });
  });

  test('leaves a healthy network in peace: nothing is tried, and nothing changed', async () => {
    const original = await trainEnsemble(digits, well, { engine: cpu });
    const found = await examineOn(digits, well, { engine: cpu, repair: true });
    expect(found.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(found).toMatchObject({ trials: [], epochs: 0 });
    expect(found.repair).toBeUndefined();
    expect(weightsOf(found.run!)).toEqual(weightsOf(original));
  });

  test('rolls back where the whole training is not better, though the probes were', async () => {
    // Answers that are pure chance: any gain is luck.
    const chance = fromArrays({
      features: Array.from({ length: 300 }, (_, i) => [Math.sin(i * 12.9898) * 40, Math.cos(i * 78.233) * 900]),
      targets: Array.from({ length: 300 }, (_, i) => (Math.abs(Math.sin(i * 43758.5453)) > 0.5 ? 'a' : 'b')),
      name: 'chance',
    });
    const experiment = on(chance, { preprocess: [], model: 'mlp', epochs: 6, optimizer: { adam: { lr: 1 } } });
    const original = await trainEnsemble(chance, experiment, { engine: cpu });
    const { repair, run } = await examineOn(chance, experiment, { engine: cpu, repair: true });
    if (repair?.kept) expect(repair.after).toBeGreaterThan(repair.before);
    else expect(weightsOf(run!)).toEqual(weightsOf(original));
  });

  test('tells of a suppressed rule only that it is not told of', async () => {
    const suppress = { rateTooHigh: 'it is meant to fail' };
    const { findings, suppressed } = await examineOn(digits, ill, { engine: cpu, times: 0, suppress });
    expect(findings.map(({ rule }) => rule)).not.toContain('rateTooHigh');
    expect(suppressed).toEqual([{ rule: 'rateTooHigh', reason: 'it is meant to fail' }]);
  });

  test('says without probes what it suspects, and proves nothing', async () => {
    const { findings, trials } = await examineOn(digits, ill, { engine: cpu, times: 0 });
    expect(trials).toEqual([]);
    expect(findings[0]).toMatchObject({ rule: 'rateTooHigh', proved: null, rootCause: true });
  });

  test('can be made of the history of a run that is over', async () => {
    const historian = new Historian();
    await trainOn(digits, ill, { engine: cpu, onEvent: (event) => historian.observe(event) });
    const found = await examineOn(digits, ill, { engine: cpu, history: historian.history, times: 1 });
    expect(found.findings[0].rule).toBe('rateTooHigh');
    expect(found.run).toBeUndefined();
  });
});

describe('a live doctor', () => {
  test('tells of an error before the training is over, each once', async () => {
    const doctor = new Doctor();
    const told: { rule: string; at: string }[] = [];
    await trainOn(digits, ill, {
      engine: cpu,
      onEvent: (event) => told.push(...doctor.observe(event).map(({ rule }) => ({ rule, at: event.kind }))),
    });
    expect(new Set(told.map(({ rule }) => rule)).size).toBe(told.length);
    expect(told.some(({ at }) => at !== 'end')).toBe(true);
    expect(doctor.findings[0]).toMatchObject({ rule: 'rateTooHigh', rootCause: true });
  });

  test('speaks for an ensemble as for one network', async () => {
    const doctor = new Doctor();
    const experiment = { ...ill, ensemble: { members: 2 }, epochs: 3 };
    await trainEnsemble(digits, experiment, { engine: cpu, onEvent: (event) => void doctor.observe(event) });
    const rules = doctor.findings.map(({ rule }) => rule);
    expect(new Set(rules).size).toBe(rules.length);
    expect(doctor.findings.filter(({ rootCause }) => rootCause)).toHaveLength(1);
  });
});

test('a history is the same whether it is folded live or from recorded events', async () => {
  const events: TrainEvent[] = [];
  const live = new Historian();
  await trainOn(iris, on(iris, { epochs: 3 }), {
    engine: cpu,
    onEvent(event) {
      live.observe(event);
      events.push(structuredClone(event));
    },
  });
  const later = new Historian();
  for (const event of events) later.observe(event);
  expect(later.history).toEqual(live.history);
  expect(diagnose(later.history!)).toEqual(diagnose(live.history!));
});

describe('an improvement', () => {
  const score = (value: number, rows: number[]): Score => ({ measure: 'R²', value, rows: Float64Array.from(rows) });
  test('is counted in standard errors of the paired differences', () => {
    const before = score(0.5, [1, 2, 3, 4]);
    const after = score(0.6, [0.5, 1.7, 2.6, 3.2]);
    // Differences .5 .3 .4 .8: mean .5, standard deviation .216, standard error .108.
    expect(gainInErrors(before, after)).toBeCloseTo(0.5 / (0.21602468994692867 / 2), 10);
    expect(improves(before, after)).toBe(true);
    expect(improves(before, score(0.4, [0.5, 1.7, 2.6, 3.2]))).toBe(false);
    expect(improves(before, score(0.6, [1.5, 1.7, 3.6, 3.2]))).toBe(false);
    expect(gainInErrors(before, before)).toBe(0);
  });
});
