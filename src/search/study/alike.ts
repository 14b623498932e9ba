import { isActive, type Parameter, type Space, type Values } from '../space/parameter.ts';
import type { StudySettings, TrialRecord } from './record.ts';

/** Sections of an experiment whose numbers a compiled step is fed. */
const fed = ['optimizer', 'regularize', 'clip'];

/** Whether trainings that differ in this alone run the same program: numbers that are fed, and schedules, which only say what is fed. */
export function isFed({ name, kind }: Parameter): boolean {
  const [section, ...inside] = name.split('.');
  return section === 'schedule' || (kind === 'float' && inside.length > 0 && fed.includes(section));
}

/** The trial whose architecture a trial shares, as the first of so many in a row does with those after it. */
export function leaderOf({ stack = 1, sampler }: StudySettings, known: readonly TrialRecord[], number: number) {
  const first = number - (number % stack);
  // A grid is a list that would have gaps.
  return first === number || sampler.kind === 'grid' ? undefined : known.find((trial) => trial.number === first);
}

/** What may still be chosen once everything that decides on the program is as in these values. */
export function freeBeside(space: Space, values: Values): { readonly space: Space; readonly fixed: Values } {
  const fixed = Object.fromEntries(
    space.flatMap((one) => (isFed(one) || !(one.name in values) ? [] : [[one.name, values[one.name]]])),
  );
  const free = space.filter(isFed).flatMap((one): Parameter[] => {
    if (one.when === undefined || !(one.when.parameter in fixed)) return [one];
    return isActive(one, fixed) ? [{ ...one, when: undefined }] : [];
  });
  // What hangs on something that is not there is not there either.
  const names = new Set(free.map(({ name }) => name));
  return { space: free.filter(({ when }) => when === undefined || names.has(when.parameter)), fixed };
}
