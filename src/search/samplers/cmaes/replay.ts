import { hashText, Random } from '../../../base/index.ts';
import type { NumericParameter } from '../../space/parameter.ts';
import { boundsOf, toScale } from '../../space/scale.ts';
import type { Trial } from '../../trial.ts';
import { begin, type Evolution, evolve, type Roots, ratesOf, rootsOf } from './evolution.ts';
import { isFinished, ranked } from './ranks.ts';

/** What a trial keeps of its suggestion. */
export interface Note {
  readonly generation: number;
  /** The numbers of the trials from which the generation before became this one: trials of it that end later change nothing any more. */
  readonly parents: readonly number[];
}

/** Where the search stands. */
interface Standing {
  readonly state: Evolution;
  readonly roots: Roots;
  readonly note: Note;
}

/** Axes of the ellipsoid, in ranges: below, all points are the same setting; above, none is inside. And how different they may be. */
const limits = { shortest: 1e-9, longest: 1e4, ratio: 1e7 };

/** The place of a value in its range, from 0 to 1 in its scale. */
function placeOf(parameter: NumericParameter, value: number): number {
  const [low, high] = boundsOf(parameter);
  return (toScale(parameter, value) - low) / (high - low);
}

/** The distribution that all generations up to now lead to, each over as soon as `population` of its trials are finished. */
export function replay(
  trials: readonly Trial[],
  axes: readonly NumericParameter[],
  population: number,
  sigma: number,
  seed: number,
): Standing {
  const generations = Map.groupBy(
    trials.filter(({ values, note }) => isNote(note) && axes.every(({ name }) => name in values)),
    ({ note }) => (note as Note).generation,
  );
  const rates = ratesOf(axes.length, population);
  let state = begin(new Float64Array(axes.length).fill(0.5), sigma);
  let roots = rootsOf(state);
  let note: Note = { generation: 0, parents: [] };
  for (;;) {
    const trials = generations.get(note.generation) ?? [];
    const told = (generations.get(note.generation + 1)?.[0]?.note as Note | undefined)?.parents;
    const known = trials.filter((trial) => isFinished(trial) && told?.includes(trial.number));
    const chosen = known.length === population ? known : trials.filter(isFinished).slice(0, population);
    if (chosen.length < population) return { state, roots, note };
    const points = ranked(chosen).map(
      ({ values }) => new Float64Array(axes.map((parameter) => placeOf(parameter, values[parameter.name]))),
    );
    note = { generation: note.generation + 1, parents: chosen.map(({ number }) => number) };
    state = evolve(state, roots, points, rates);
    roots = rootsOf(state);
    if (isSpent(state, roots)) {
      const random = new Random(seed, hashText('cmaes'), hashText('anew'), note.generation);
      state = begin(new Float64Array(axes.map(() => random.uniform())), sigma);
      roots = rootsOf(state);
    }
  }
}

function isNote(note: unknown): note is Note {
  const { generation, parents } = (note ?? {}) as Partial<Note>;
  return Number.isInteger(generation) && Array.isArray(parents);
}

/** Whether nothing can be learned by drawing more from a distribution; a new one then starts elsewhere. */
function isSpent({ sigma }: Evolution, { longest, shortest }: Roots): boolean {
  const size = sigma * longest;
  return !(size > limits.shortest && size < limits.longest && longest < limits.ratio * shortest);
}
