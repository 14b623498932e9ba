import { grouped, type OptionSchema, z } from '../../base/index.ts';

/** Where a run stands. An epoch may be counted in fractions: (update - 1) / perEpoch epochs have passed before an update. */
export interface Position {
  /** The update about to be done, counted from 1. */
  readonly update: number;
  /** Updates of the whole run. */
  readonly total: number;
  /** Updates of one epoch. */
  readonly perEpoch: number;
  /** The loss that is watched (validation, else training) after each epoch so far. */
  readonly losses: readonly number[];
}

export interface Schedule<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** What the learning rate is multiplied with. A warm-up is over already: update and total count from its end. */
  factor(options: O, position: Position): number;
  /** Why the schedule does not fit a run of so many updates, in words, or undefined where it does. */
  misfit?(options: O, run: Pick<Position, 'total' | 'perEpoch'>): string | undefined;
}

/** Every schedule may begin with a linear rise over the first `warmup` updates. */
const warmup = { warmup: z.int().nonnegative().default(0) };

export function schedule<S extends z.ZodRawShape>(
  entry: Omit<Schedule<z.output<z.ZodObject<S>>>, 'options'> & { options: z.ZodObject<S> },
): Schedule {
  return { ...entry, options: entry.options.extend(warmup).strict() } as unknown as Schedule;
}

/** Epochs that have passed before an update, in fractions. */
export const epochsOf = ({ update, perEpoch }: Position): number => (update - 1) / perEpoch;

/** 2.5 -> "2.5 epochs" */
export const inEpochs = (count: number): string => `${grouped(count)} epoch${count === 1 ? '' : 's'}`;

/** The share of a period by which rounding may not keep it from ending: three times 0.1 is more than 0.3. */
const rounding = 1e-9;

/** The period, each `multiply` times as long as the last, in which a schedule is after so many updates; all lengths in updates. */
export function periodAt(updates: number, first: number, multiply: number) {
  const whole = multiply === 1 ? Math.floor(updates / first) : 0;
  let [index, passed, length] = [whole, updates - whole * first, first];
  for (; passed >= length * (1 - rounding); index++) {
    passed -= length;
    length *= multiply;
  }
  return { index, passed: Math.max(0, passed), length };
}

/** Why periods, the first of so many epochs, do not fill a run, in words. */
export function periodMisfit(
  what: string,
  first: number,
  multiply: number,
  { total, perEpoch }: Pick<Position, 'total' | 'perEpoch'>,
): string | undefined {
  const { index, passed, length } = periodAt(total, first * perEpoch, multiply);
  if (passed < length * rounding) return undefined;
  const run = inEpochs(total / perEpoch);
  if (index === 0) return `the first ${what} takes ${inEpochs(first)}, but the run has ${run}`;
  const [before, after] = [total - passed, total - passed + length].map((end) => inEpochs(end / perEpoch));
  return `the run of ${run} ends in the middle of a ${what}: one ends after ${before}, the next after ${after}`;
}
