import type { Picked } from '../../base/index.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { cosineRestarts } from './cosineRestarts.ts';
import { cyclic } from './cyclic.ts';
import { exponential } from './exponential.ts';
import { inverseTime } from './inverseTime.ts';
import { logCosine } from './logCosine.ts';
import { multiStep } from './multiStep.ts';
import { oneCycle } from './oneCycle.ts';
import { polynomial } from './polynomial.ts';
import { reduceOnPlateau } from './reduceOnPlateau.ts';
import type { Position, Schedule } from './schedule.ts';
import { step } from './step.ts';

/** Every schedule of the learning rate. To add one: a file beside these, and a line here. */
export const schedules = {
  constant,
  step,
  multiStep,
  exponential,
  inverseTime,
  polynomial,
  cosine,
  cosineRestarts,
  logCosine,
  oneCycle,
  cyclic,
  reduceOnPlateau,
};

export type ScheduleName = keyof typeof schedules;

/** What the base learning rate is multiplied with at a position: the warm-up first, then the schedule over what is left. */
export function rateFactor({ kind, options }: Picked<ScheduleName>, position: Position): number {
  const { warmup } = options as { warmup: number };
  const { update, total } = position;
  if (update <= warmup) return update / warmup;
  return (schedules[kind] as Schedule).factor(options, { ...position, update: update - warmup, total: total - warmup });
}

/** Why a schedule does not fit a run, in words. */
export function scheduleMisfit(
  { kind, options }: Picked<ScheduleName>,
  run: Pick<Position, 'total' | 'perEpoch'>,
): string | undefined {
  const { warmup } = options as { warmup: number };
  if (warmup >= run.total)
    return `the warm-up of ${warmup} updates is not over when the run of ${run.total} updates ends`;
  return (schedules[kind] as Schedule).misfit?.(options, { ...run, total: run.total - warmup });
}

export type { Position, Schedule } from './schedule.ts';
