import { sizeOf } from '../../base/index.ts';
import type { Sample } from '../../graph/index.ts';
import { float, operator, require, requireCount, requireRank, requireType } from '../operator.ts';
import { uniform } from '../samples.ts';
import { conv, correlate } from './conv.ts';
import { kernelGradient } from './kernelGradient.ts';
import { type ConvAttributes, windowKinds } from './window.ts';

export type ConvTransposeAttributes = ConvAttributes & { output_padding: readonly [number, number] };

/** The adjoint of Conv in its images: [N, O, P, Q] and kernels [O, C/group, h, w] give [N, C, H, W]. */
export const convTranspose = operator<ConvTransposeAttributes>({
  name: 'ConvTranspose',
  attributes: { ...windowKinds, group: 'int', output_padding: 'ints' },
  infer(inputs, attributes) {
    requireCount(inputs, 2);
    const [x, w] = inputs;
    const { strides, pads, dilations, group, output_padding } = attributes as unknown as ConvTransposeAttributes;
    for (const input of inputs) requireType(input, 'float');
    requireRank(x, 4, 'the input');
    requireRank(w, 4, 'the kernels');
    require(x.shape[1] === w.shape[0], `the input has ${x.shape[1]} channels, the kernels take ${w.shape[0]}`);
    require(x.shape[1] % group === 0, `${x.shape[1]} channels do not divide into ${group} groups`);
    const size = (i: 0 | 1) =>
      strides[i] * (x.shape[2 + i] - 1) +
      output_padding[i] +
      dilations[i] * (w.shape[2 + i] - 1) +
      1 -
      pads[i] -
      pads[i + 2];
    return float([x.shape[0], w.shape[1] * group, size(0), size(1)]);
  },
  forward([x, w], attributes, { shape, dtype }) {
    const result = new Float64Array(sizeOf(shape));
    correlate({ dtype, shape, data: result }, w, x.shape, attributes as unknown as ConvAttributes, (pixel, k, tap) => {
      result[pixel] += x.data[tap] * w.data[k];
    });
    return result;
  },
  gradient({ dy, inputs: [x, w], attributes, needs }) {
    const { output_padding: _, ...options } = attributes as unknown as ConvTransposeAttributes;
    return [needs[0] ? conv(dy, w, options) : null, needs[1] ? kernelGradient(dy, x, w.shape, options) : null];
  },
  samples: () => {
    const sample = (
      label: string,
      x: number[],
      w: number[],
      attributes: Partial<ConvTransposeAttributes> = {},
    ): Sample => ({
      label,
      inputs: [uniform(x, -1, 1, 2), uniform(w, -1, 1, 3)],
      attributes: {
        strides: [1, 1],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: 1,
        output_padding: [0, 0],
        ...attributes,
      },
    });
    return [
      sample('3x3', [2, 3, 4, 4], [3, 2, 3, 3]),
      sample('padded', [1, 2, 4, 4], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }),
      sample('stride 2', [1, 2, 3, 3], [2, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
      sample('groups', [1, 4, 3, 3], [4, 2, 3, 3], { group: 2 }),
      sample('dilated', [1, 1, 3, 3], [1, 1, 3, 3], { dilations: [2, 2] }),
    ];
  },
});
