import { Study, type StudySettings } from '../../src/search/index.ts';
import type { Space } from '../../src/search/space/parameter.ts';
import { type Warning, warningsOf } from '../../src/search/study/warnings.ts';

/** Warnings of a study in which only the first of three settings matters. */
export function crowdingTrials(settings: StudySettings): Warning[] {
  const space: Space = ['a', 'b', 'c'].map((name) => ({ name, kind: 'float', low: -1, high: 1, log: false }));
  const study = Study.begin(settings, space);
  for (let i = 0; i < 100; i++) {
    const { number, values } = study.ask()!;
    study.tell(number, { state: 'complete', results: [values.a ** 2] }, 0);
  }
  return warningsOf(space, study.trials);
}
