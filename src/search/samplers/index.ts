import { cmaes } from './cmaes/cmaes.ts';
import { gp } from './gp/gp.ts';
import { grid } from './grid.ts';
import { random } from './random.ts';
import { sobol } from './sobol/sobol.ts';
import { tpe } from './tpe/tpe.ts';

/** Every way to choose what to try next. To add one: a file beside these, and a line here. */
export const samplers = { grid, random, sobol, tpe, gp, cmaes };

export type SamplerName = keyof typeof samplers;
export type { Sampler, Situation, Suggestion } from './sampler.ts';
