import { z } from '../base/index.ts';
import { mul } from '../ops/index.ts';
import { preprocessor } from './preprocessor.ts';

/** Pixels from 0 … 255 to 0 … 1. Nothing is learned from the data. */
export const rescale = preprocessor({
  summary: 'pixels from 0 … 255 to 0 … 1',
  options: z.strictObject({}),
  apply: (x) => mul(x, 1 / 255),
  invert: (y) => mul(y, 255),
});
