import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { add, min, mul, reduceSum, reshape, sub } from '../../ops/index.ts';
import { requireChannels, step } from './families.ts';
import { layer } from './layer.ts';

const firstSlope = 0.25;

/**
 * x above 0, slope x else, with learned slopes that start at 0.25 and do not decay (He et al. 2015): one a feature or channel, as in the paper, or
 * with `shared` a single one, which is PyTorch's default. At 0 the gradient is `slope` in x and 0 in the slope, as PyTorch. Keras has one for
 * each number of an image.
 */
export const prelu = layer({
  summary: 'x above 0, slope x else, with learned slopes',
  options: z.strictObject({ shared: z.boolean().default(false) }),
  output(input) {
    requireChannels(input);
    return input;
  },
  parameters: ([channels], { shared }) => ({
    slope: {
      shape: [shared ? 1 : channels],
      init: { constant: { value: firstSlope } },
      fanIn: 1,
      fanOut: 1,
      decay: false,
    },
  }),
  apply(x, { parameters: { slope }, options: { shared } }) {
    const wide = reshape(slope, { shape: [slope.shape[0], ...x.shape.slice(2).map(() => 1)] });
    const rate = add(mul(step(x), sub(1, wide)), wide);
    const axes = x.shape.map((_, axis) => axis).filter((axis) => shared || axis !== 1);
    const total = (v: typeof x) => reshape(reduceSum(v, { axes, keepdims: 0 }), { shape: slope.shape });
    return withGradient('prelu', mul(x, rate), [x, slope], (dy) => [mul(dy, rate), total(mul(dy, min(x, 0)))]);
  },
  suits: () => ({ he: { slope: firstSlope } }),
});
