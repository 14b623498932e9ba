import { z } from '../../base/index.ts';
import { epochsOf, inEpochs, schedule } from './schedule.ts';

/** Multiplies the rate by `factor` after each of the epochs `at`, as PyTorch's MultiStepLR stepped once an epoch. Fractions change it inside of one. */
export const multiStep = schedule({
  summary: 'times factor after each of the given epochs',
  options: z.strictObject({
    at: z.array(z.number().positive()).min(1),
    factor: z.number().positive().default(0.1),
  }),
  factor: ({ at, factor }, position) => factor ** at.filter((epoch) => epoch <= epochsOf(position)).length,
  misfit({ at }, { total, perEpoch }) {
    const late = at.filter((epoch) => epoch * perEpoch >= total);
    if (late.length === 0) return undefined;
    const [steps, verb] = late.length === 1 ? ['step', 'comes'] : ['steps', 'come'];
    return `the ${steps} after epoch ${late.join(', ')} never ${verb}: the run has ${inEpochs(total / perEpoch)}`;
  },
});
