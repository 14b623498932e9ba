import { adam } from './adam.ts';
import { momentum } from './momentum.ts';
import { sgd } from './sgd.ts';

/** Every optimizer. To add one: a file beside these, and a line here. */
export const optimizers = { sgd, momentum, adam };

export type OptimizerName = keyof typeof optimizers;

export type { Optimizer } from './optimizer.ts';
