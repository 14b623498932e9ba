import { type Shape, z } from '../../base/index.ts';
import { displacement } from './augmentation.ts';

/**
 * Bends the picture by a smooth random field. Random arrows on a coarse grid are interpolated by cubic B-splines to every pixel, and scaled so
 * that each pixel moves by a normal number of standard deviation `strength` pixels in x and in y. Elastic distortions are Simard et al. 2003, who
 * smooth random arrows of every pixel by a Gaussian; the coarse grid is Ronneberger et al. 2015. A spline of `grid` cells across the picture is
 * about as smooth as a Gaussian of 0.58 cells: grid 4 on 28 pixels is Simard's 4 pixels, and strength 1.4 his factor of 34. Where the strength is
 * more than a third of a cell, the picture begins to fold: digits of 8 pixels bear 0.5 with grid 4.
 */
export const elastic = displacement({
  summary: 'bends by a smooth random field',
  options: z.strictObject({
    strength: z.number().positive().default(1),
    grid: z.int().positive().max(16).default(4),
  }),
  lead: 'strength',
  functions({ grid }, [, height, width]: Shape) {
    const [down, across] = [splines(height, grid), splines(width, grid)];
    const count = (grid + 3) ** 2;
    const data = new Float64Array(count * height * width);
    let at = 0;
    for (const row of down)
      for (const column of across) for (const y of row) for (const x of column) data[at++] = y * x;
    return { count, data };
  },
  draw({ strength, grid }, random) {
    const count = (grid + 3) ** 2;
    const arrows = new Array<number>(2 * count);
    for (let i = 0; i < count; i++) {
      // Both numbers of Box and Muller, which halves the time of the largest draw there is.
      const radius = strength * Math.sqrt(-2 * Math.log(1 - random.uniform()));
      const angle = 2 * Math.PI * random.uniform();
      arrows[i] = radius * Math.cos(angle);
      arrows[count + i] = radius * Math.sin(angle);
    }
    return arrows;
  },
});

/** The grid + 3 cubic B-splines at the centers of `size` pixels; at each pixel their squares add to 1, so that variances do not depend on it. */
function splines(size: number, grid: number): Float64Array[] {
  const weights = Array.from({ length: grid + 3 }, () => new Float64Array(size));
  for (let pixel = 0; pixel < size; pixel++) {
    const place = ((pixel + 0.5) / size) * grid;
    const cell = Math.floor(place);
    const t = place - cell;
    const four = [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3];
    const length = Math.hypot(...four);
    for (const [i, weight] of four.entries()) weights[cell + i][pixel] = weight / length;
  }
  return weights;
}
