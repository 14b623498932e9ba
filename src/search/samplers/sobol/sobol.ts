import { hashText, Random, z } from '../../../base/index.ts';
import { isActive } from '../../space/parameter.ts';
import { atShare } from '../../space/scale.ts';
import { sampler } from '../sampler.ts';
import { coordinateOf, scrambled, sobolDimensions, sobolSequence } from './sequence.ts';

/**
 * Quasi-random search: point `number` of a Sobol sequence that the seed scrambles (a random matrix on the bits and a digital shift). The
 * trials leave no holes in the space and never meet, so it mostly beats independent draws (Bousquet et al. 2017, arXiv:1706.03200). Every
 * parameter owns a dimension, whether it exists in a trial or not; those after the 200th are drawn independently.
 */
export const sobol = sampler({
  what: 'quasi-random: spreads the trials more evenly than chance does',
  options: z.strictObject({}),
  conditional: true,
  suggest({ space, number, seed }) {
    const dimensions = Math.min(space.length, sobolDimensions);
    const sequence = scrambled(sobolSequence(dimensions), new Random(seed, hashText('sobol')));
    const rest = new Random(seed, hashText('sobol'), number);
    const values: Record<string, number> = {};
    for (const [i, parameter] of space.entries()) {
      const share = i < dimensions ? coordinateOf(sequence, number, i) : rest.uniform();
      if (isActive(parameter, values)) values[parameter.name] = atShare(parameter, share);
    }
    return { values };
  },
});
