/** Points side by side in one array; a category is a coordinate that is only equal or different. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  readonly data: Float64Array;
  readonly category: readonly boolean[];
}

/** What is fitted: weights are inverse squared length scales, `scale` is the variance of the function, `noise` that of a measurement. */
export interface Kernel {
  readonly weights: ArrayLike<number>;
  readonly scale: number;
  readonly noise: number;
}

/** The Matérn kernel with ν = 5/2 over a squared distance r:  e^(-√(5r)) (1 + √(5r) + 5r/3). */
export function matern(r: number): number {
  const t = Math.sqrt(5 * r);
  return Math.exp(-t) * (1 + t + (t * t) / 3);
}

/** Its derivative by r, smooth also at 0. */
export function maternSlope(r: number): number {
  const t = Math.sqrt(5 * r);
  return (-5 / 6) * (1 + t) * Math.exp(-t);
}

/** The difference of two coordinates, squared; 1 for different categories. */
export const gap = (a: number, b: number, category: boolean): number =>
  category ? (a === b ? 0 : 1) : (a - b) * (a - b);

/** The covariances of a point with all points. */
export function covariances(
  points: Points,
  { weights, scale }: Kernel,
  x: ArrayLike<number>,
  into: Float64Array,
): void {
  const { count, dimensions, data, category } = points;
  for (let j = 0, at = 0; j < count; j++) {
    let r = 0;
    for (let i = 0; i < dimensions; i++, at++) r += weights[i] * gap(x[i], data[at], category[i]);
    into[j] = scale * matern(r);
  }
}

/** The covariances of all points, with the noise on the diagonal: the lower half, in rows. */
export function covarianceMatrix(points: Points, kernel: Kernel): Float64Array {
  const { count, dimensions, data } = points;
  const matrix = new Float64Array(count * count);
  const row = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    covariances({ ...points, count: i + 1 }, kernel, data.subarray(i * dimensions, (i + 1) * dimensions), row);
    matrix.set(row.subarray(0, i + 1), i * count);
    matrix[i * count + i] += kernel.noise;
  }
  return matrix;
}
