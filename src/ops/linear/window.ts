import { formatShape, type Shape } from '../../base/index.ts';
import type { Attributes } from '../../graph/index.ts';
import { require } from '../operator.ts';

/** How a kernel walks over two spatial axes. pads = [top, left, bottom, right]. */
export type Window = {
  strides: readonly [number, number];
  pads: readonly [number, number, number, number];
  dilations: readonly [number, number];
};

export type ConvAttributes = Window & { group: number };

export const windowKinds = { strides: 'ints', pads: 'ints', dilations: 'ints' } as const;

/** Output height and width of a window of this kernel size. */
export function windowOutput(shape: Shape, kernel: readonly number[], window: Attributes): [number, number] {
  const { strides, pads, dilations } = window as unknown as Window;
  return [0, 1].map((i) => {
    const reach = dilations[i] * (kernel[i] - 1) + 1;
    const room = shape[2 + i] + pads[i] + pads[i + 2];
    require(reach <=
      room, `a kernel that reaches over ${reach} does not fit into ${room} (${formatShape(shape)} with padding [${pads}])`);
    return Math.floor((room - reach) / strides[i]) + 1;
  }) as [number, number];
}

/** Calls back for each kernel tap that falls on a pixel: (output row, output column, kernel row, kernel column, input row, input column). */
export function forEachTap(
  input: readonly [number, number],
  output: readonly [number, number],
  kernel: readonly number[],
  { strides, pads, dilations }: Window,
  visit: (p: number, q: number, i: number, j: number, y: number, x: number) => void,
): void {
  for (let p = 0; p < output[0]; p++)
    for (let q = 0; q < output[1]; q++)
      for (let i = 0; i < kernel[0]; i++)
        for (let j = 0; j < kernel[1]; j++) {
          const y = p * strides[0] - pads[0] + i * dilations[0];
          const x = q * strides[1] - pads[1] + j * dilations[1];
          if (y >= 0 && y < input[0] && x >= 0 && x < input[1]) visit(p, q, i, j, y, x);
        }
}
