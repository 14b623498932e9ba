import { Random, z } from '../../base/index.ts';
import { isActive, type Space, type Values } from '../space/parameter.ts';
import { atShare } from '../space/scale.ts';
import { sampler } from './sampler.ts';

/** Where a sampler takes its chances: uniform in [0, 1). */
export interface Source {
  uniform(): number;
}

/** Each parameter that exists, evenly in its scale. */
export function evenly(space: Space, source: Source): Values {
  const values: Record<string, number> = {};
  for (const parameter of space)
    if (isActive(parameter, values)) values[parameter.name] = atShare(parameter, source.uniform());
  return values;
}

/** Every setting as likely as every other, evenly in the scale of each parameter (Bergstra & Bengio 2012). */
export const random = sampler({
  what: 'draws every parameter evenly in its scale, whatever came before',
  options: z.strictObject({}),
  conditional: true,
  suggest: ({ space, seed, number }) => ({ values: evenly(space, new Random(seed, number)) }),
});
