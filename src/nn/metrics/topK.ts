import { z } from '../../base/index.ts';
import { add, cast, equal, greater, less, mul, reduceSum } from '../../ops/index.ts';
import { oneHot } from '../losses/loss.ts';
import { metric } from './metric.ts';
import { meanOverRows } from './predictions.ts';

/**
 * Share of rows whose class is among the `k` largest logits. Of equal logits the first counts as larger, so that it goes on from "accuracy", which
 * is k = 1; scikit-learn's top_k_accuracy_score lets the last count.
 */
export const topK = metric({
  summary: 'share of rows whose class is among the k largest logits',
  options: z.strictObject({ k: z.int().min(2).default(5) }),
  better: 'higher',
  fits: (target, { k }) => target.kind === 'classes' && k < target.classes,
  compute(p, { k }) {
    const { outputs, width, targets } = p;
    return meanOverRows(p, (row) => {
      const start = row * width;
      const own = start + targets[row];
      let ahead = 0;
      for (let i = start; i < start + width; i++)
        if (outputs[i] > outputs[own] || (i < own && outputs[i] === outputs[own])) ahead++;
      return Number(ahead < k);
    });
  },
  running: {
    perRow(output, target, { k }) {
      const width = output.shape[1];
      const hot = oneHot(target, width);
      const own = reduceSum(mul(output, hot), { axes: [1], keepdims: 1 });
      const iota = {
        dtype: 'float',
        shape: [1, width],
        data: Float64Array.from({ length: width }, (_, i) => i),
      } as const;
      const places = output.graph.constant(iota);
      const place = reduceSum(mul(hot, places), { axes: [1], keepdims: 1 });
      const before = mul(cast(equal(output, own), { to: 'float' }), cast(less(places, place), { to: 'float' }));
      const ahead = reduceSum(add(cast(greater(output, own), { to: 'float' }), before), { axes: [1], keepdims: 0 });
      return cast(less(ahead, k), { to: 'float' });
    },
    finish: (mean) => mean,
  },
});
