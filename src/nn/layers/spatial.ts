import { formatShape, type Shape, z } from '../../base/index.ts';

/** One number for both directions, or [height, width]. */
export const optionalPair = z.union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])]).optional();

export const pair = (otherwise: number) => optionalPair.unwrap().default(otherwise);

/** "same" keeps the size at stride 1 (and gives ceil(size / stride) else); "valid" pads nothing; a number pads that much on each side, as PyTorch. */
export const padding = (otherwise: 'same' | 'valid') =>
  z.union([z.enum(['same', 'valid']), z.int().nonnegative()]).default(otherwise);

export const both = (n: number | readonly [number, number]): [number, number] =>
  typeof n === 'number' ? [n, n] : [n[0], n[1]];

/** [top, left, bottom, right] */
export function padsFor(
  mode: 'same' | 'valid' | number,
  kernel: readonly [number, number],
  dilation: readonly [number, number],
): [number, number, number, number] {
  if (typeof mode === 'number') return [mode, mode, mode, mode];
  const total = [0, 1].map((i) => (mode === 'same' ? dilation[i] * (kernel[i] - 1) : 0));
  const before = total.map((t) => Math.floor(t / 2));
  return [before[0], before[1], total[0] - before[0], total[1] - before[1]];
}

/** Height and width after a window has walked over [channels, height, width]. */
export function walked(
  input: Shape,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  pads: readonly number[],
  dilations: readonly [number, number] = [1, 1],
): [number, number] {
  requireImage(input);
  return [0, 1].map((i) => {
    const reach = dilations[i] * (kernel[i] - 1) + 1;
    const room = input[1 + i] + pads[i] + pads[i + 2];
    if (reach > room)
      throw new Error(
        `its window reaches over ${reach} pixels, but ${i === 0 ? 'the height' : 'the width'} of ${formatShape(input)} with padding is ${room}; use a smaller window, padding "same", or fewer pooling layers before it`,
      );
    return Math.floor((room - reach) / strides[i]) + 1;
  }) as [number, number];
}

export function requireImage(input: Shape): void {
  if (input.length !== 3) throw new Error(`needs images [channels, height, width], not rows of ${formatShape(input)}`);
}
