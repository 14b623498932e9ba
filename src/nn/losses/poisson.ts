import { z } from '../../base/index.ts';
import { exp, mul, sub } from '../../ops/index.ts';
import { loss, meanOverOutputs, unlessNumbers, unlessReal } from './loss.ts';

/**
 * Negative log-likelihood of counts t ≥ 0 under Poisson distributions whose logarithmic rates x the network gives: e^x - t x, without the constant
 * log t!, so that it may be negative; the mean over outputs (and rows). Its gradient is e^x - t. As PyTorch's poisson_nll_loss. The rate
 * overflows above x = 88 in float32.
 */
export const poisson = loss({
  summary: 'Poisson likelihood of logarithmic rates, for counts',
  output: 'logRates',
  options: z.strictObject({}),
  misfit(output, target, limitedBy) {
    if (target.kind === 'numbers' && target.negative)
      return { expected: 'counts, of which none is below 0', fix: 'use the loss "huber" or "meanSquaredError"' };
    return (
      unlessNumbers(output, target) ??
      unlessReal(limitedBy, 'logarithms of rates', 'the loss applies the exponential itself')
    );
  },
  perRow(output, target) {
    const rate = exp(output);
    return meanOverOutputs('poisson', output, sub(rate, mul(target, output)), () => sub(rate, target));
  },
});
