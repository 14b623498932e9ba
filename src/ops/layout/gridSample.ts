import { formatShape, sizeOf, type Tensor } from '../../base/index.ts';
import { float, operator, require, requireCount, requireRank, requireType } from '../operator.ts';
import { floats, uniform } from '../samples.ts';

/**
 * Looks up images [N, C, H, W] at the places [N, h, w, 2] (x, y) and gives [N, C, h, w]: bilinear between four pixels, 0 outside. -1 and 1 are
 * the outer edges of the picture, or the centers of its outermost pixels with align_corners. It is applied to data, so it has no gradient.
 */
export const gridSample = operator<{ align_corners?: 0 | 1; mode?: 'linear'; padding_mode?: 'zeros' }>({
  name: 'GridSample',
  attributes: { align_corners: 'int', mode: 'string', padding_mode: 'string' },
  infer(inputs, { mode = 'linear', padding_mode = 'zeros' }) {
    requireCount(inputs, 2);
    const [x, grid] = inputs;
    for (const input of inputs) requireType(input, 'float');
    require(mode === 'linear' &&
      padding_mode === 'zeros', `it looks up linearly with zeros outside, not ${mode} with ${padding_mode}`);
    requireRank(x, 4, 'the images');
    requireRank(grid, 4, 'the places');
    require(grid.shape[0] === x.shape[0] &&
      grid.shape[3] === 2, `${formatShape(grid.shape)} holds no places (x, y) for ${x.shape[0]} images`);
    return float([x.shape[0], x.shape[1], grid.shape[1], grid.shape[2]]);
  },
  forward([x, grid], { align_corners = 0 }, { shape }) {
    const [, channels, height, width] = x.shape;
    const places = shape[2] * shape[3];
    const pixel = (place: number, size: number) =>
      align_corners ? ((place + 1) / 2) * (size - 1) : ((place + 1) * size - 1) / 2;
    const data = new Float64Array(sizeOf(shape));
    for (let row = 0; row < shape[0]; row++)
      for (let place = 0; place < places; place++) {
        const at = 2 * (row * places + place);
        const px = pixel(grid.data[at], width);
        const py = pixel(grid.data[at + 1], height);
        for (let channel = 0; channel < channels; channel++) {
          const plane = row * channels + channel;
          data[plane * places + place] = between(x, plane, px, py);
        }
      }
    return data;
  },
  samples: () => [
    { label: 'image', inputs: [uniform([1, 1, 4, 5]), uniform([1, 3, 2, 2], -1, 1)] },
    { label: 'batch with channels', inputs: [uniform([2, 3, 5, 4]), uniform([2, 4, 6, 2], -1, 1)] },
    {
      label: 'centers of the corners',
      inputs: [uniform([2, 2, 3, 4]), uniform([2, 5, 3, 2], -1, 1)],
      attributes: { align_corners: 1 },
    },
    { label: 'mostly outside', inputs: [uniform([1, 2, 3, 3]), uniform([1, 5, 5, 2], -4, 4)] },
    { label: 'on the pixels', inputs: [uniform([1, 1, 2, 2]), floats([1, 2, 1, 2], [-0.5, -0.5, 0.5, -0.5])] },
    { label: 'one pixel', inputs: [uniform([1, 1, 1, 1]), uniform([1, 2, 2, 2])] },
  ],
});

function between({ data, shape }: Tensor, plane: number, px: number, py: number): number {
  const [, , height, width] = shape;
  const [left, top] = [Math.floor(px), Math.floor(py)];
  let sum = 0;
  for (const row of [top, top + 1])
    for (const column of [left, left + 1])
      if (row >= 0 && row < height && column >= 0 && column < width)
        sum += data[(plane * height + row) * width + column] * (1 - Math.abs(px - column)) * (1 - Math.abs(py - row));
  return sum;
}
