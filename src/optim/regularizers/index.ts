import { l2 } from './l2.ts';

/** Every regularizer. To add one: a file beside these, and a line here. */
export const regularizers = { l2 };

export type RegularizerName = keyof typeof regularizers;

export type { Regularizer } from './regularizer.ts';
