import { operator, requireCount, requireType } from '../operator.ts';
import { distinct, floats } from '../samples.ts';
import { normalAxes, reducedPositions, reducedShape } from './families.ts';

/** Position of the largest number along an axis, which is folded away; the first of equals. No gradient. */
export const argMax = operator<{ axis: number; keepdims: 0 | 1 }>({
  name: 'ArgMax',
  attributes: { axis: 'int', keepdims: 'int' },
  infer(inputs, { axis, keepdims }) {
    requireCount(inputs, 1);
    requireType(inputs[0], 'float');
    return { dtype: 'int32', shape: reducedShape(inputs[0].shape, { axes: [axis as number], keepdims }) };
  },
  forward([x], { axis, keepdims }, output) {
    const target = reducedPositions(x.shape, { axes: [axis as number], keepdims });
    const place = new Int32Array(output.shape.reduce((n, s) => n * s, 1));
    const best = new Float64Array(place.length).fill(-Infinity);
    const seen = new Int32Array(place.length);
    for (let i = 0; i < x.data.length; i++) {
      const t = target[i];
      if (seen[t] === 0 || x.data[i] > best[t]) {
        best[t] = x.data[i];
        place[t] = seen[t];
      }
      seen[t]++;
    }
    return place;
  },
  stack: ({ inputs: [x], attributes, apply }) => {
    const [axis] = normalAxes(x.shape.slice(1), [attributes.axis as number]);
    return apply([x], { ...attributes, axis: axis + 1 });
  },
  samples: () => [
    { label: 'rows', inputs: [distinct([3, 4])], attributes: { axis: 1, keepdims: 0 } },
    { label: 'columns', inputs: [distinct([3, 4])], attributes: { axis: 0, keepdims: 0 } },
    { label: 'ties', inputs: [floats([2, 3], [1, 1, 0, 0, 2, 2])], attributes: { axis: -1, keepdims: 0 } },
    { label: 'length 1', inputs: [distinct([3, 1])], attributes: { axis: 1, keepdims: 0 } },
  ],
});
