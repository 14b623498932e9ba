import { grouped, short } from '../../base/index.ts';
import type { NumericParameter, Space } from '../space/parameter.ts';
import { boundsOf, fromScale, toScale } from '../space/scale.ts';
import type { Trial } from '../trial.ts';
import { best } from './best.ts';

/** Share of the trials whose settings say where to look next, and the fewest of them. */
const top = { share: 0.2, least: 5 };
/** What is added on either side of where the best lie, as a share of the range they were drawn from. */
const margin = 0.1;
/** No range becomes narrower than this share of the first one. */
const floor = 0.1;

/** How the trials of a study are shared out among its stages: half of them in the first, half of what is left in the next, and so on. */
export function stageAt(progress: number, stages: number): number {
  let [stage, end] = [0, 0];
  for (let share = 0.5; stage < stages - 1; stage++, share /= 2) {
    end += share;
    if (progress < end) return stage;
  }
  return stage;
}

/** Of the full length of a trial: a quarter, half, all, where there are three stages; short ones show what is hopeless. */
export const lengthOf = (stage: number, stages: number): number => 2 ** (stage - stages + 1);

export interface Narrowed {
  readonly space: Space;
  readonly reasons: readonly string[];
}

/**
 * The ranges in which the best trials lie, in the scale in which they were drawn. Choices stay: one that did badly may have met bad company.
 * @param first the space that the study began with
 */
export function narrowed(space: Space, first: Space, trials: readonly Trial[]): Narrowed {
  const complete = trials.filter(({ state }) => state === 'complete').length;
  const count = Math.max(top.least, Math.round(top.share * complete));
  if (complete < 2 * top.least)
    return { space, reasons: [`${grouped(complete)} trials are too few to narrow a range by`] };
  const leaders = best(trials, count);
  const reasons: string[] = [];
  const next = space.map((parameter) => {
    const { name } = parameter;
    if (parameter.kind === 'choice') return parameter;
    const known = leaders.flatMap(({ values }) => (name in values ? [toScale(parameter, values[name])] : []));
    if (known.length < top.least) return parameter;
    const whole = first.find((one) => one.name === name) as NumericParameter;
    const range = around(parameter, whole, known);
    if (range.low === parameter.low && range.high === parameter.high) return parameter;
    reasons.push(
      `${name}: ${said(parameter)} -> ${said(range)}, where the best ${known.length} of ${grouped(complete)} trials lie, and a little more`,
    );
    return range;
  });
  return { space: next, reasons };
}

export const said = ({ kind, low, high }: Pick<NumericParameter, 'kind' | 'low' | 'high'>): string => {
  const ends = [low, high].map((end) => (kind === 'int' ? grouped(end) : short(end)));
  return ends.join(' to ');
};

function around(parameter: NumericParameter, whole: NumericParameter, known: readonly number[]): NumericParameter {
  const [low, high] = boundsOf(parameter);
  const [lowest, highest] = boundsOf(whole);
  const room = margin * (high - low);
  let [from, to] = [Math.min(...known) - room, Math.max(...known) + room];
  const missing = (highest - lowest) * floor - (to - from);
  if (missing > 0) [from, to] = [from - missing / 2, to + missing / 2];
  return withEnds(parameter, Math.max(low, from), Math.min(high, to));
}

/** The same parameter between two points of its scale; whole numbers keep to their lattice. */
function withEnds(parameter: NumericParameter, from: number, to: number): NumericParameter {
  const [low, high] = [fromScale(parameter, from), fromScale(parameter, to)];
  return low < high ? { ...parameter, low, high } : parameter;
}
