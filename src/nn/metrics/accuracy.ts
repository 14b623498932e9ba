import { argMax, cast, equal, greater, reshape } from '../../ops/index.ts';
import type { Metric } from './metric.ts';

/** Share of rows whose predicted class is right: the largest logit, or for one logit its sign. The first of equal logits counts. */
export const accuracy: Metric = {
  summary: 'share of rows whose class is right',
  better: 'higher',
  fits: (target) => target.kind === 'classes',
  perRow(output, target) {
    const single = output.shape[1] === 1;
    const said = single
      ? cast(greater(reshape(output, { shape: [output.shape[0]] }), 0), { to: 'int32' })
      : argMax(output, { axis: 1, keepdims: 0 });
    return cast(equal(said, target), { to: 'float' });
  },
  finish: (mean) => mean,
};
