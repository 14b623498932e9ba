import { z } from '../../base/index.ts';
import { hasSpread, initializer, withVariance } from './initializer.ts';

/**
 * Normal numbers, then each unit scaled and shifted so that its output over training rows has mean 0 and variance 1: the within-layer step of
 * Krähenbühl et al. 2016, "Data-dependent Initializations of Convolutional Neural Networks" (Algorithm 1, centered at 0). Their second step, which evens
 * out the rates at which layers learn, is left out. A layer without bias keeps its means. A unit whose output does not vary is left as it is.
 */
export const dataDependent = initializer({
  summary: 'Krähenbühl et al. 2016: every unit with mean 0 and variance 1 on training rows',
  options: z.strictObject({}),
  // The scale matters only for units that cannot be corrected.
  draw: (target, _, random) => withVariance(target, 1 / target.fanIn, 'normal', random),
  calibrate({ mean, variance }, _, corrections) {
    if (corrections > 0) return undefined;
    const alive = Array.from(mean, (center, unit) => hasSpread(center, variance[unit]));
    const factor = variance.map((v, unit) => (alive[unit] ? 1 / Math.sqrt(v) : 1));
    return { factor, shift: mean.map((center, unit) => (alive[unit] ? -center * factor[unit] : 0)) };
  },
});
