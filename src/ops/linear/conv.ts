import { sizeOf, type Tensor } from '../../base/index.ts';
import type { Sample, Value } from '../../graph/index.ts';
import { gather } from '../layout/gather.ts';
import { reshape } from '../layout/reshape.ts';
import { transpose } from '../layout/transpose.ts';
import { float, type Operator, operator, require, requireRank, requireType } from '../operator.ts';
import { uniform } from '../samples.ts';
import { sumTo } from '../sumTo.ts';
import { convTranspose } from './convTranspose.ts';
import { kernelGradient } from './kernelGradient.ts';
import { type ConvAttributes, forEachTap, windowKinds, windowOutput } from './window.ts';

/** Cross-correlation of images [N, C, H, W] with kernels [O, C/group, h, w], plus a bias [O] where there is one. */
export const conv: Operator<ConvAttributes> = operator<ConvAttributes>({
  name: 'Conv',
  attributes: { ...windowKinds, group: 'int' },
  infer(inputs, attributes) {
    const [x, w, b] = inputs;
    const group = attributes.group as number;
    for (const input of inputs) requireType(input, 'float');
    requireRank(x, 4, 'the images');
    requireRank(w, 4, 'the kernels');
    require(x.shape[1] ===
      w.shape[1] * group, `the images have ${x.shape[1]} channels, the kernels ${group} groups of ${w.shape[1]}`);
    require(w.shape[0] % group === 0, `${w.shape[0]} kernels do not divide into ${group} groups`);
    if (b) require(b.shape.length === 1 && b.shape[0] === w.shape[0], `the bias must be [${w.shape[0]}]`);
    return float([x.shape[0], w.shape[0], ...windowOutput(x.shape, w.shape.slice(2), attributes)]);
  },
  forward([x, w, b], attributes, { shape }) {
    const result = new Float64Array(sizeOf(shape));
    const [, outputs, height, width] = shape;
    if (b) for (let i = 0; i < result.length; i++) result[i] = b.data[Math.floor(i / (height * width)) % outputs];
    correlate(x, w, shape, attributes as unknown as ConvAttributes, (y, k, out) => {
      result[out] += x.data[y] * w.data[k];
    });
    return result;
  },
  gradient({ dy, inputs: [x, w, b], attributes, needs }) {
    const options = attributes as unknown as ConvAttributes;
    const gradients = [
      needs[0] ? imageGradient(dy, w, x, options) : null,
      needs[1] ? kernelGradient(x, dy, w.shape, options) : null,
    ];
    return b ? [...gradients, needs[2] ? channelSum(dy) : null] : gradients;
  },
  samples: () => convSamples(),
});

/** Sum over batch and space, leaving [C]. */
const channelSum = (dy: Value): Value => reshape(sumTo(dy, [1, dy.shape[1], 1, 1]), { shape: [dy.shape[1]] });

/**
 * The adjoint of the correlation in its images. At stride 1 it is a correlation too, with the kernels turned by 180 degrees and inputs and
 * outputs exchanged; ONNX Runtime runs that faster than ConvTranspose, which serves the other strides.
 */
function imageGradient(dy: Value, w: Value, x: Value, options: ConvAttributes): Value {
  const { strides, pads, dilations, group } = options;
  const outer = pads.map((p, i) => dilations[i % 2] * (w.shape[2 + (i % 2)] - 1) - p) as [
    number,
    number,
    number,
    number,
  ];
  if (strides.every((s) => s === 1) && outer.every((p) => p >= 0))
    return conv(dy, turned(w, group), { strides, pads: outer, dilations, group });
  const output_padding = [0, 1].map((i) => {
    const reach = (dy.shape[2 + i] - 1) * strides[i] - pads[i] - pads[i + 2] + dilations[i] * (w.shape[2 + i] - 1) + 1;
    return x.shape[2 + i] - reach;
  }) as [number, number];
  return convTranspose(dy, w, { ...options, output_padding });
}

/** [O, C/group, h, w] to [C, O/group, h, w], each kernel turned by 180 degrees. */
function turned(w: Value, group: number): Value {
  const [outputs, inner, kh, kw] = w.shape;
  const taps = transpose(reshape(w, { shape: [group, outputs / group, inner, kh * kw] }), { perm: [3, 0, 2, 1] });
  const backwards = w.graph.constant({
    dtype: 'int32',
    shape: [kh * kw],
    data: Int32Array.from({ length: kh * kw }, (_, i) => kh * kw - 1 - i),
  });
  const ordered = transpose(kh * kw === 1 ? taps : gather(taps, backwards, { axis: 0 }), { perm: [1, 2, 3, 0] });
  return reshape(ordered, { shape: [group * inner, outputs / group, kh, kw] });
}

/** Calls back with (image index, kernel index, result index) of every product that a correlation sums. */
export function correlate(
  x: Tensor,
  w: Tensor,
  out: readonly number[],
  options: ConvAttributes,
  visit: (x: number, w: number, out: number) => void,
): void {
  const [n, channels, height, width] = x.shape;
  const [outputs, inner, kh, kw] = w.shape;
  const perGroup = outputs / options.group;
  for (let image = 0; image < n; image++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < inner; c++) {
        const channel = Math.floor(o / perGroup) * inner + c;
        forEachTap([height, width], [out[2], out[3]], [kh, kw], options, (p, q, i, j, row, column) =>
          visit(
            ((image * channels + channel) * height + row) * width + column,
            ((o * inner + c) * kh + i) * kw + j,
            ((image * outputs + o) * out[2] + p) * out[3] + q,
          ),
        );
      }
}

export const plain: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };

function convSamples(): Sample[] {
  const sample = (
    label: string,
    x: number[],
    w: number[],
    attributes: Partial<ConvAttributes> = {},
    bias = false,
  ): Sample => ({
    label,
    inputs: [uniform(x, -1, 1, 2), uniform(w, -1, 1, 3), ...(bias ? [uniform([w[0]])] : [])],
    attributes: { ...plain, ...attributes },
  });
  return [
    sample('3x3', [2, 3, 5, 6], [4, 3, 3, 3]),
    sample('padded with bias', [2, 2, 4, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }, true),
    sample('stride 2', [1, 2, 7, 8], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    sample('dilated', [1, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
    sample('groups', [2, 4, 5, 5], [6, 2, 3, 3], { group: 2 }),
    sample('depthwise', [1, 3, 5, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    sample('1x1', [2, 3, 3, 3], [5, 3, 1, 1]),
    sample('many channels', [2, 9, 4, 5], [4, 9, 3, 3], { pads: [1, 1, 1, 1] }),
    sample('many channels, flat kernel', [1, 9, 3, 4], [2, 9, 1, 3]),
    sample('many channels, stride 2', [1, 9, 5, 5], [3, 9, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    sample('many channels in groups', [1, 18, 4, 4], [4, 9, 3, 3], { group: 2 }),
    ...['blocks of 16', 'blocks of 16, 1x1'].map((label, i) => ({
      ...sample(
        label,
        [2, 16, 4, 5],
        i === 0 ? [32, 16, 3, 3] : [32, 16, 1, 1],
        { pads: i === 0 ? [1, 1, 1, 1] : [0, 0, 0, 0] },
        true,
      ),
      noGradient: 'too many numbers for finite differences; here for the engine that computes in blocks',
    })),
    sample('uneven padding', [1, 1, 4, 5], [2, 1, 2, 3], { pads: [1, 0, 0, 2] }),
    sample('stride with a rest', [1, 1, 6, 6], [1, 1, 3, 3], { strides: [2, 2] }),
    sample('kernel as large as the image', [2, 2, 3, 3], [4, 2, 3, 3]),
  ];
}
