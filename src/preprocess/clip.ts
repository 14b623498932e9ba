import { z } from '../base/index.ts';
import { max, min } from '../ops/index.ts';
import { preprocessor } from './preprocessor.ts';

/** min(max(x, low), high); either bound may be left out. Nothing is learned, and what lay outside is lost: there is no inverse. */
export const clip = preprocessor({
  summary: 'numbers below low become low, above high become high',
  options: z
    .strictObject({ low: z.number().optional(), high: z.number().optional() })
    .refine(({ low, high }) => low !== undefined || high !== undefined, 'give low, high or both')
    .refine(({ low, high }) => low === undefined || high === undefined || low < high, 'low must be less than high'),
  apply(x, _, { low, high }) {
    const raised = low === undefined ? x : max(x, low);
    return high === undefined ? raised : min(raised, high);
  },
});
