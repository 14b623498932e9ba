import { Random } from '../../src/base/index.ts';
import type { KeptStudy, ListedStudy } from '../../src/runs/store/index.ts';
import { type Space, Study, type StudySettings } from '../../src/search/index.ts';
import type { StudySource } from '../../src/server/index.ts';

export const template = {
  model: [
    { dense: { units: { int: [16, 256], log: true } } },
    { choice: ['relu', 'elu', 'tanh'] },
    { dropout: { rate: { uniform: [0, 0.6] } } },
  ],
  optimizer: { adam: { lr: { log: [1e-5, 1e-1] } } },
  regularize: { l2: { log: [1e-7, 1e-2] } },
  batchSize: { int: [16, 128], step: 16 },
};

export const space: Space = [
  { name: 'model.0.dense.units', kind: 'int', low: 16, high: 256, step: 1, log: true },
  { name: 'model.1', kind: 'choice', choices: ['relu', 'elu', 'tanh'] },
  { name: 'model.2.dropout.rate', kind: 'float', low: 0, high: 0.6, log: false },
  { name: 'optimizer.adam.lr', kind: 'float', low: 1e-5, high: 1e-1, log: true },
  { name: 'regularize.l2', kind: 'float', low: 1e-7, high: 1e-2, log: true },
  { name: 'batchSize', kind: 'int', low: 16, high: 128, step: 16, log: false },
];

export const settings = (name: string, more: Partial<StudySettings> = {}): StudySettings => ({
  name,
  seed: 3,
  objectives: [{ name: 'loss', better: 'lower' }],
  sampler: { kind: 'random', options: {} } as StudySettings['sampler'],
  control: 0,
  stages: 1,
  repeats: false,
  ...more,
});

/** Studies in memory, as a store gives them. */
export function inMemory(
  studies: Record<string, { study: Study; state?: ListedStudy['state']; created?: number }>,
): StudySource {
  const facts = (name: string) => {
    const { study, state = 'running', created = 1.7e12 } = studies[name];
    const plan = { budget: { trials: 400 }, template: study.stage.space === space ? template : undefined };
    return { name, created, version: '1.2.3', state, settings: study.settings, plan };
  };
  return {
    list: async () =>
      Object.entries(studies).map(([name, { study }]) => {
        const counts: Record<string, number> = {};
        let best: number | undefined;
        for (const { state, objectives } of study.trials) {
          counts[state] = (counts[state] ?? 0) + 1;
          if (state === 'complete' && objectives![0] < (best ?? Number.POSITIVE_INFINITY)) [best] = objectives!;
        }
        return { ...facts(name), counts, ...(best !== undefined && { best }) };
      }),
    async read(name): Promise<KeptStudy | undefined> {
      if (!Object.hasOwn(studies, name)) return undefined;
      const { record } = studies[name].study;
      return { ...facts(name), setup: {}, record: { ...record, trials: [...record.trials] } };
    },
  };
}

/** Lower is better: a valley in lr and l2, worse activations, noise. */
export function lossOf(values: Readonly<Record<string, number>>, random: Random): number {
  const place = (name: string, low: number, high: number) =>
    (Math.log(values[name]) - Math.log(low)) / Math.log(high / low);
  const lr = place('optimizer.adam.lr', 1e-5, 1e-1);
  const units = place('model.0.dense.units', 16, 256);
  return (
    0.08 +
    2.2 * (lr - 0.62) ** 2 +
    0.25 * (1 - units) ** 2 +
    0.12 * values['model.1'] * (1 - lr) +
    0.3 * (values['model.2.dropout.rate'] - 0.2) ** 2 +
    0.012 * Math.abs(random.normal())
  );
}

const settingsOf = (random: Random): Record<string, number> => ({
  'model.0.dense.units': Math.round(Math.exp(Math.log(16) + random.uniform() * Math.log(16))),
  'model.1': Math.floor(3 * random.uniform()),
  'model.2.dropout.rate': 0.6 * random.uniform(),
  'optimizer.adam.lr': 10 ** (-5 + 4 * random.uniform()),
  'regularize.l2': 10 ** (-7 + 5 * random.uniform()),
  batchSize: 16 * (1 + Math.floor(8 * random.uniform())),
});

/** A trial from beginning to end. */
export function tryOne(
  study: Study,
  random: Random,
  given = settingsOf(random),
  end?: 'pruned' | 'failed' | number,
): void {
  const { number, values } = study.ask({ given })!;
  study.claim(number, `worker ${1 + (number % 4)}`);
  const loss = lossOf(values, random);
  const steps = end === 'pruned' ? 3 : 10;
  for (let step = 1; step <= steps; step++)
    study.report(number, { step, value: loss + (2.3 - loss) * Math.exp(-step / (1.5 + 2 * random.uniform())) });
  if (end === 'pruned')
    study.tell(number, { state: 'pruned', updates: 300, seconds: 1.2, why: 'worse than the median after step 3' });
  else if (end === 'failed') study.tell(number, { state: 'failed', why: 'the loss is no number' });
  else
    study.tell(number, {
      state: 'complete',
      results: [typeof end === 'number' ? end : loss],
      updates: 1000,
      seconds: 4 + random.uniform(),
      parameters: 10 * values['model.0.dense.units'],
    });
}

/** A study of so many trials, with all that can happen. */
export function studyOf(count: number, name = 'digits'): Study {
  const study = Study.begin(settings(name), space);
  const random = new Random(1);
  for (let i = 0; i < count; i++) {
    const given = settingsOf(random);
    const end =
      i === 7
        ? Number.NaN
        : i === 11
          ? Number.POSITIVE_INFINITY
          : i % 37 === 20
            ? 'failed'
            : lossOf(given, random) > 0.5 && i % 3 > 0
              ? 'pruned'
              : undefined;
    tryOne(study, random, given, end);
  }
  return study;
}
