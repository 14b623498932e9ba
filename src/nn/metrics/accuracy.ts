import { z } from '../../base/index.ts';
import { argMax, cast, equal, greater, reduceMean, reshape } from '../../ops/index.ts';
import { metric, onClasses, onLabels } from './metric.ts';
import { meanOverOutputs, meanOverRows, predictedClass } from './predictions.ts';

/**
 * Share of rows whose predicted class is right: the largest logit, or for one logit its sign. The first of equal logits counts. For labels, the
 * share of labels that are right, a yes being a positive logit; scikit-learn's accuracy_score asks for whole rows there, and 1 - hamming_loss is this.
 */
export const accuracy = metric({
  summary: 'share of rows, or of labels, that are right',
  options: z.strictObject({}),
  better: 'higher',
  fits: (target) => onClasses(target) || onLabels(target),
  compute: (p) =>
    p.target.kind === 'classes'
      ? meanOverRows(p, (row) => Number(predictedClass(p, row) === p.targets[row]))
      : meanOverOutputs(p, (said, meant) => Number(Number(said > 0) === meant)),
  running: {
    perRow(output, target) {
      if (target.dtype === 'float') {
        const said = cast(greater(output, 0), { to: 'float' });
        return reduceMean(cast(equal(said, target), { to: 'float' }), { axes: [1], keepdims: 0 });
      }
      const single = output.shape[1] === 1;
      const said = single
        ? cast(greater(reshape(output, { shape: [output.shape[0]] }), 0), { to: 'int32' })
        : argMax(output, { axis: 1, keepdims: 0 });
      return cast(equal(said, target), { to: 'float' });
    },
    finish: (mean) => mean,
  },
});
