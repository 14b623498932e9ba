import { cholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { covarianceMatrix, covariances, type Kernel, type Points } from './kernel.ts';

/** A Gaussian process that has seen targets at some points. */
export interface Process {
  readonly points: Points;
  readonly kernel: Kernel;
  /** The lower factor of the covariances, with noise. */
  readonly factor: Float64Array;
  /** The covariances' inverse times the targets. */
  readonly alpha: Float64Array;
}

export function condition(points: Points, targets: Float64Array, kernel: Kernel): Process {
  const factor = cholesky(covarianceMatrix(points, kernel), points.count);
  const alpha = targets.slice();
  solveLower(factor, points.count, alpha);
  solveUpper(factor, points.count, alpha);
  return { points, kernel, factor, alpha };
}

/** Mean and variance of the function, without the noise of a measurement, at one point. */
export function predict({ points, kernel, factor, alpha }: Process, x: ArrayLike<number>) {
  const solved = new Float64Array(points.count);
  covariances(points, kernel, x, solved);
  let mean = 0;
  for (let j = 0; j < points.count; j++) mean += alpha[j] * solved[j];
  solveLower(factor, points.count, solved);
  let variance = kernel.scale;
  for (let j = 0; j < points.count; j++) variance -= solved[j] * solved[j];
  return { mean, variance: Math.max(0, variance), solved };
}

const lanes = 4;

/** The same at many points, four at a time: every number of the factor is read once for the four. */
export function predictAll(process: Process, xs: readonly ArrayLike<number>[]) {
  const { points, kernel, factor, alpha } = process;
  const n = points.count;
  const means = new Float64Array(xs.length);
  const variances = new Float64Array(xs.length);
  const rows = Array.from({ length: lanes }, () => new Float64Array(n));
  const [a, b, c, d] = rows;
  for (let from = 0; from < xs.length; from += lanes) {
    for (const [lane, row] of rows.entries())
      covariances(points, kernel, xs[Math.min(from + lane, xs.length - 1)], row);
    for (let lane = 0; lane < lanes && from + lane < xs.length; lane++)
      for (let j = 0; j < n; j++) means[from + lane] += alpha[j] * rows[lane][j];
    for (let i = 0; i < n; i++) {
      let sa = a[i];
      let sb = b[i];
      let sc = c[i];
      let sd = d[i];
      for (let k = 0, at = i * n; k < i; k++, at++) {
        const l = factor[at];
        sa -= l * a[k];
        sb -= l * b[k];
        sc -= l * c[k];
        sd -= l * d[k];
      }
      const own = factor[i * n + i];
      a[i] = sa / own;
      b[i] = sb / own;
      c[i] = sc / own;
      d[i] = sd / own;
    }
    for (let lane = 0; lane < lanes && from + lane < xs.length; lane++) {
      let variance = kernel.scale;
      for (let j = 0; j < n; j++) variance -= rows[lane][j] * rows[lane][j];
      variances[from + lane] = Math.max(0, variance);
    }
  }
  return { means, variances };
}
