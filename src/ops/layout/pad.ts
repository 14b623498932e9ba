import { allocate, sizeOf, stridesOf } from '../../base/index.ts';
import { operator, require, requireCount } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { slice } from './slice.ts';

/** A value (0 unless said) before and after each axis: pads = [before axis 0, before axis 1, …, after axis 0, after axis 1, …]. */
export const pad = operator<{ pads: readonly number[]; value?: number }>({
  name: 'Pad',
  attributes: { pads: 'input', value: 'scalarInput' },
  infer(inputs, attributes) {
    requireCount(inputs, 1);
    const { dtype, shape } = inputs[0];
    const pads = attributes.pads as number[];
    require(pads.length === 2 * shape.length &&
      pads.every((n) => n >= 0), `[${pads}] does not pad ${shape.length} axes`);
    return { dtype, shape: shape.map((n, i) => n + pads[i] + pads[i + shape.length]) };
  },
  forward([x], attributes, { dtype, shape }) {
    const pads = attributes.pads as number[];
    const strides = stridesOf(shape);
    const inner = stridesOf(x.shape);
    const data = allocate(dtype, sizeOf(shape)).fill((attributes.value as number) ?? 0);
    for (let i = 0; i < x.data.length; i++) {
      let at = 0;
      for (let axis = 0; axis < shape.length; axis++)
        at += ((Math.floor(i / inner[axis]) % x.shape[axis]) + pads[axis]) * strides[axis];
      data[at] = x.data[i];
    }
    return data;
  },
  gradient({ dy, inputs: [x], attributes }) {
    const pads = attributes.pads as number[];
    const axes = x.shape.map((_, i) => i);
    return [
      slice(dy, {
        starts: axes.map((i) => pads[i]),
        ends: axes.map((i) => pads[i] + x.shape[i]),
        axes,
        steps: axes.map(() => 1),
      }),
    ];
  },
  stack({ inputs, attributes, apply }) {
    const pads = attributes.pads as number[];
    const rank = pads.length / 2;
    return apply(inputs, { ...attributes, pads: [0, ...pads.slice(0, rank), 0, ...pads.slice(rank)] });
  },
  samples: () => [
    { label: 'vector', inputs: [uniform([3])], attributes: { pads: [1, 2] } },
    { label: 'image', inputs: [uniform([1, 2, 3, 3])], attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1] } },
    { label: 'one side', inputs: [uniform([2, 2])], attributes: { pads: [0, 1, 0, 0] } },
    { label: 'with a value', inputs: [uniform([2, 2])], attributes: { pads: [1, 1, 1, 1], value: -7.5 } },
    { label: 'none', inputs: [uniform([2, 2])], attributes: { pads: [0, 0, 0, 0] } },
    { label: 'empty', inputs: [floats([0, 2], [])], attributes: { pads: [1, 0, 0, 0] } },
  ],
});
