import { elasticNet } from './elasticNet.ts';
import { l1 } from './l1.ts';
import { l2 } from './l2.ts';
import { maxNorm } from './maxNorm.ts';
import { weightDecay } from './weightDecay.ts';

/** Every regularizer. To add one: a file beside these, and a line here. */
export const regularizers = { l1, l2, elasticNet, weightDecay, maxNorm };

export type RegularizerName = keyof typeof regularizers;

export type { Regularizer } from './regularizer.ts';
