import type { StudyFacts } from '../../src/runs/store/index.ts';
import { type Space, Study, type StudySettings } from '../../src/search/index.ts';
import { type Pretence, version } from './queuePretence.ts';

const space: Space = [{ kind: 'float', name: 'x', low: 0, high: 1, log: false }];

export const settings: StudySettings = {
  name: 'queued',
  seed: 1,
  objectives: [{ name: 'loss', better: 'lower' }],
  sampler: { kind: 'random', options: {} },
  control: 0,
  stages: 1,
  repeats: true,
};

export const begin = (onChange: ConstructorParameters<typeof Study>[1], change: Partial<StudySettings> = {}): Study =>
  Study.begin({ ...settings, ...change }, space, onChange);

export const factsOf = (study: Study, setup: Pretence): StudyFacts => ({
  version,
  settings: study.record.settings,
  stages: study.record.stages,
  plan: {},
  setup,
});
