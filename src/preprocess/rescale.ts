import { z } from '../base/index.ts';
import { mul } from '../ops/index.ts';
import type { Preprocessor } from './preprocessor.ts';

/** Pixels from 0 … 255 to 0 … 1. Nothing is learned from the data. */
export const rescale: Preprocessor = {
  summary: 'pixels from 0 … 255 to 0 … 1',
  options: z.strictObject({}),
  fit: () => ({ fitted: {}, notes: [] }),
  apply: (x) => mul(x, 1 / 255),
};
