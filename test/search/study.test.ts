import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Budget, controlOf, Study, type StudySettings } from '../../src/search/index.ts';
import type { Parameter, Space, Values } from '../../src/search/space/parameter.ts';
import { lengthOf, narrowed, stageAt } from '../../src/search/study/stages.ts';
import { knownAt, suggest } from '../../src/search/study/suggest.ts';
import { warningsOf } from '../../src/search/study/warnings.ts';
import { crowdingTrials } from './support.ts';

const lr: Parameter = { name: 'lr', kind: 'float', low: 1e-5, high: 1e-1, log: true };
const units: Parameter = { name: 'units', kind: 'int', low: 16, high: 256, step: 16, log: false };
const act: Parameter = { name: 'act', kind: 'choice', choices: ['relu', 'tanh', 'elu'] };
const space: Space = [lr, units, act];

const settings = (rest: Partial<StudySettings> = {}): StudySettings => ({
  ...{ name: 'test', seed: 1, objectives: [{ name: 'loss', better: 'lower' }] },
  ...{ sampler: { kind: 'random', options: {} }, control: 0, stages: 1, repeats: false },
  ...rest,
});
const tpe = { kind: 'tpe', options: { startup: 10, candidates: 24, liar: true, tuned: false } } as const;

/** A valley at lr 1e-3 and 128 units. */
const loss = ({ lr: rate, units: width, act: kind }: Values): number =>
  (Math.log10(rate) + 3) ** 2 + ((width - 128) / 128) ** 2 + 0.1 * kind;

/** `workers` trials at a time, which end in an order of their own. */
function run(study: Study, trials: number, workers = 1, seed = 0, budget: Budget = { trials }): Study {
  const random = new Random(seed);
  const open: number[] = [];
  for (let i = 0; i < trials || open.length > 0; ) {
    while (open.length < workers && i < trials) {
      const trial = study.ask({ budget, progress: i / trials });
      if (!trial) return study;
      study.claim(trial.number);
      open.push(trial.number);
      i++;
    }
    const [number] = open.splice(random.below(open.length), 1);
    study.tell(number, { state: 'complete', results: [loss(study.trials[number].values)] });
  }
  return study;
}

describe('a study', () => {
  test.each([1, 5])('every suggestion can be made again from what is stored, with %i at a time', (workers) => {
    for (const rest of [{ sampler: tpe }, { stages: 3 }, { sampler: tpe, stages: 2 }]) {
      const study = run(Study.begin(settings(rest), space), 40, workers);
      const record = JSON.parse(JSON.stringify(study.record)) as typeof study.record;
      for (const { number, asked, stage, values, origin } of study.trials) {
        const again = suggest(record, knownAt(record, asked), number, stage, 40);
        expect([number, again?.values, again?.origin]).toEqual([number, values, origin]);
      }
    }
  });

  test('numbers have no gaps, and a trial that is told twice or by an earlier attempt is refused', () => {
    const study = Study.begin(settings(), space);
    const { number } = study.ask()!;
    study.claim(number);
    study.claim(number);
    expect(() => study.tell(number, { state: 'complete', results: [1] }, 1)).toThrow(/not running in attempt 1/);
    study.tell(number, { state: 'complete', results: [1] }, 2);
    expect(() => study.tell(number, { state: 'complete', results: [2] }, 2)).toThrow(/not running/);
    expect(study.trials[0].results).toEqual([1]);
    expect([study.ask()!.number, study.ask()!.number]).toEqual([1, 2]);
  });

  test('the same settings are not tried twice, and a study ends when all were', () => {
    const few: Space = [act, { name: 'layers', kind: 'int', low: 1, high: 3, step: 1, log: false }];
    for (const kind of ['random', 'tpe'] as const) {
      const study = Study.begin(settings({ sampler: { kind, options: kind === 'tpe' ? tpe.options : {} } }), few);
      const seen = new Set<string>();
      for (let trial = study.ask(); trial; trial = study.ask()) {
        study.claim(trial.number);
        study.tell(trial.number, { state: 'complete', results: [trial.values.act] });
        seen.add(JSON.stringify(trial.values));
      }
      expect([study.trials.length, seen.size]).toEqual([9, 9]);
    }
    const repeating = Study.begin(settings({ repeats: true }), few);
    for (let i = 0; i < 20; i++) expect(repeating.ask()).toBeDefined();
  });

  test('higher values are better where the objective says so, and NaN is the worst', () => {
    const study = Study.begin(settings({ objectives: [{ name: 'accuracy', better: 'higher' }] }), space);
    for (const value of [0.5, 0.9, Number.NaN])
      study.tell(study.ask()!.number, { state: 'complete', results: [value] }, 0);
    expect(study.trials.map(({ objectives }) => objectives![0])).toEqual([-0.5, -0.9, Number.NaN]);
    expect(() => study.tell(study.ask()!.number, { state: 'complete', results: [1, 2] }, 0)).toThrow(
      /must tell a number/,
    );
  });

  test('a trial is pruned by its reports, one of the control group never', () => {
    const study = Study.begin(
      settings({ pruner: { kind: 'median', options: { startup: 3, warmup: 0, interval: 1, least: 1 } } }),
      space,
    );
    for (let i = 0; i < 4; i++) {
      const { number } = study.ask()!;
      expect(study.report(number, { step: 1, value: i }, 0)).toBe(i === 3);
      study.tell(number, { state: 'complete', results: [i] }, 0);
    }
    const given = study.ask({ given: { lr: 1e-2, units: 16, act: 0 } })!;
    expect(given.control).toBe(true);
    expect(study.report(given.number, { step: 1, value: 1000 }, 0)).toBe(false);
  });

  test('goes on with wider ranges, and keeps what was tried', () => {
    const study = run(Study.begin(settings({ sampler: tpe }), space), 15);
    study.extend([{ ...lr, high: 10 }, units, act], ['lr: the best lie at the upper end']);
    run(study, 5);
    expect(study.record.stages[1]).toMatchObject({ kind: 'extended', length: 1 });
    expect(study.trials.slice(15).every(({ stage }) => stage === 1)).toBe(true);
  });
});

describe('from coarse to fine', () => {
  test('half of the trials are coarse, half of the rest finer, each twice as long', () => {
    expect([0, 0.49, 0.5, 0.74, 0.75, 1].map((progress) => stageAt(progress, 3))).toEqual([0, 0, 1, 1, 2, 2]);
    expect([0, 1, 2].map((stage) => lengthOf(stage, 3))).toEqual([0.25, 0.5, 1]);
    expect([0, 0.9].map((progress) => stageAt(progress, 1))).toEqual([0, 0]);
  });

  test('ranges close in on the best, in their scale, never below a tenth, and say why', () => {
    const study = run(Study.begin(settings({ stages: 3 }), space), 120);
    const [first, second, third] = study.record.stages.map((stage) => stage.space[0] as typeof lr);
    const width = ({ low, high }: { low: number; high: number }) => Math.log(high / low);
    expect(width(second)).toBeLessThan(width(first));
    expect(width(third)).toBeLessThanOrEqual(width(second));
    expect(width(third)).toBeGreaterThanOrEqual(0.1 * width(first) - 1e-9);
    for (const { low, high } of [second, third]) expect(low < 1e-3 && high > 1e-3).toBe(true);
    expect(study.record.stages[1].reasons.join()).toMatch(/lr: .* -> .* where the best \d+ of \d+ trials lie/);
    expect(study.record.stages[1].space[2]).toEqual(act);
  });

  test('some trials look outside, and the best of a stage are tried again, longer', () => {
    const study = run(Study.begin(settings({ stages: 2 }), space), 200);
    const later = study.trials.filter(({ stage }) => stage === 1);
    const share = later.filter(({ origin }) => origin === 'wider').length / later.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.3);
    const again = later.filter(({ origin }) => origin === 'promoted');
    expect(again.length).toBe(10);
    const best = study.trials
      .filter(({ stage }) => stage === 0)
      .toSorted((a, b) => a.objectives![0] - b.objectives![0]);
    expect(again[0].values).toEqual(best[0].values);
  });

  test('few trials narrow nothing, and say so', () => {
    const { space: same, reasons } = narrowed(space, space, run(Study.begin(settings(), space), 8).trials);
    expect(same).toEqual(space);
    expect(reasons.join()).toMatch(/too few/);
  });
});

describe('warnings', () => {
  test('the best at the end of a range, with the range that would be wide enough', () => {
    const beyond: Space = [{ ...lr, high: 1e-3 }, units, act];
    for (const sampler of [{ kind: 'random', options: {} }, tpe] as const) {
      const study = Study.begin(settings({ sampler }), beyond);
      for (let i = 0; i < 80; i++) {
        const { number, values } = study.ask()!;
        study.tell(number, { state: 'complete', results: [(Math.log10(values.lr) + 1) ** 2 + 0.02 * values.act] }, 0);
      }
      const [warning, ...others] = warningsOf(beyond, study.trials);
      expect(others).toEqual([]);
      expect(warning).toMatchObject({ kind: 'edge', parameter: 'lr', range: { low: 1e-5, high: 1e-2 } });
      expect(warning.chance).toBeLessThan(0.01);
    }
  });

  test('is silent where the best lie inside, with any sampler, in 60 studies', () => {
    let alarms = 0;
    for (let seed = 0; seed < 30; seed++)
      for (const sampler of [{ kind: 'random', options: {} }, tpe] as const)
        alarms += warningsOf(space, run(Study.begin(settings({ sampler, seed }), space), 60).trials).length;
    expect(alarms).toBeLessThanOrEqual(1);
  });

  test('is silent about a setting that does not matter', () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) alarms += crowdingTrials(settings({ sampler: tpe, seed })).length;
    expect(alarms).toBeLessThanOrEqual(1);
  });

  test('a plain range over decades', () => {
    const linear: Space = [{ name: 'lr', kind: 'float', low: 1e-5, high: 1e-1, log: false }];
    expect(warningsOf(linear, [])[0].words).toMatch(/90 % of the trials fall between 0.01000 and 0.1000/);
    expect(warningsOf([{ ...lr }, { name: 'p', kind: 'float', low: 0, high: 1, log: false }], [])).toEqual([]);
  });
});

test('the control group shows what pruning would have cost', () => {
  const pruner = { kind: 'median', options: { startup: 2, warmup: 0, interval: 1, least: 1 } } as const;
  const study = Study.begin(settings({ pruner, control: 1 }), space);
  // The last one begins badly and ends best.
  for (const curve of [
    [3, 2],
    [2, 1],
    [9, 0.5],
    [1, 0.9],
  ]) {
    const { number } = study.ask()!;
    for (const [i, value] of curve.entries()) expect(study.report(number, { step: i + 1, value }, 0)).toBe(false);
    study.tell(number, { state: 'complete', results: [curve[1]] }, 0);
  }
  const { trials, doomed } = controlOf(study.record);
  expect([trials, doomed.map(({ number }) => number)]).toEqual([4, [2]]);
});
