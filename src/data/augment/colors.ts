import type { Value } from '../../graph/index.ts';
import { max, min, mul, reduceSum } from '../../ops/index.ts';

/** Pixels that are bytes stay in 0 … 255; other numbers know no bounds. */
export const clamp = (x: Value, bytes: boolean): Value => (bytes ? min(max(x, 0), 255) : x);

/** Luma [batch, 1, height, width] of red, green and blue (ITU-R BT.601; torchvision writes 0.2989 for 0.299); a grey picture is its own. */
export function grey(x: Value): Value {
  if (x.shape[1] === 1) return x;
  const weights = x.graph.constant({ dtype: 'float', shape: [3, 1, 1], data: Float64Array.of(0.299, 0.587, 0.114) });
  return reduceSum(mul(x, weights), { axes: [1], keepdims: 1 });
}

export const colored = ([channels]: readonly number[]): string | undefined =>
  channels === 3 ? undefined : 'images with 3 channels: red, green, blue';

export const greyOrColored = ([channels]: readonly number[]): string | undefined =>
  channels === 1 || channels === 3 ? undefined : 'images with 1 channel, or 3: red, green, blue';
