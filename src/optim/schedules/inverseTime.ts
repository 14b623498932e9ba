import { z } from '../../base/index.ts';
import { epochsOf, schedule } from './schedule.ts';

/** 1 / (1 + decay · epochs), falling a little at every update (Robbins & Monro 1951 ask for such a rate). Keras's InverseTimeDecay counts steps. */
export const inverseTime = schedule({
  summary: '1 / (1 + decay epochs)',
  options: z.strictObject({ decay: z.number().nonnegative() }),
  factor: ({ decay }, position) => 1 / (1 + decay * epochsOf(position)),
});
