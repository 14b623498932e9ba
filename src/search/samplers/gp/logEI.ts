import { solveUpper } from '../../math/cholesky.ts';
import { erfcx, normalCdf, normalDensity } from '../../math/normal.ts';
import { maternSlope } from './kernel.ts';
import { type Process, predict, predictAll } from './process.ts';

const rootHalfPi = Math.sqrt(Math.PI / 2);
/** Keeps the logarithm finite where a point is known exactly. */
const floor = 1e-12;
/** Beyond it the terms of the exact form cancel, and the next two terms of its expansion in 1/z² are exact. */
const farOut = -1e3;

/**
 * ln E[max(0, z + N(0, 1))] = ln(φ(z) + zΦ(z)), exact also where both vanish (Ament et al. 2023, arXiv:2310.20708, equation 9), and its
 * two parts: how much of the expectation Φ and φ are.
 */
export function standardLogEI(z: number): { value: number; cdf: number; density: number } {
  if (z > -1) {
    const [cdf, density] = [normalCdf(z), normalDensity(z)];
    const expected = z * cdf + density;
    return { value: Math.log(expected), cdf: cdf / expected, density: density / expected };
  }
  // Φ(z)/φ(z), and the expectation over φ(z).
  const ratio = rootHalfPi * erfcx(-z / Math.SQRT2);
  const share = z < farOut ? (1 - 3 / z ** 2) / z ** 2 : 1 + z * ratio;
  return {
    value: -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) + Math.log(share),
    cdf: ratio / share,
    density: 1 / share,
  };
}

/** The logarithm of the expected improvement of a larger-is-better target over a threshold, at many points. */
export function logEIAll(process: Process, threshold: number, xs: readonly ArrayLike<number>[]): Float64Array {
  const { means, variances } = predictAll(process, xs);
  return means.map((mean, i) => {
    const deviation = Math.sqrt(variances[i] + floor);
    return standardLogEI((mean - threshold) / deviation).value + Math.log(deviation);
  });
}

/** The same at one point, with its gradient by the coordinates that are not categories. */
export function logEI(process: Process, threshold: number, x: ArrayLike<number>, gradient?: Float64Array): number {
  const { points, kernel, factor, alpha } = process;
  const { mean, variance, solved } = predict(process, x);
  const deviation = Math.sqrt(variance + floor);
  const { value, cdf, density } = standardLogEI((mean - threshold) / deviation);
  if (gradient) {
    gradient.fill(0);
    solveUpper(factor, points.count, solved);
    const perMean = cdf / deviation;
    const perVariance = density / (2 * deviation * deviation);
    const { count, dimensions, data, category } = points;
    for (let j = 0; j < count; j++) {
      let r = 0;
      const at = j * dimensions;
      for (let i = 0; i < dimensions; i++) {
        const difference = x[i] - data[at + i];
        r += kernel.weights[i] * (category[i] ? +(difference !== 0) : difference * difference);
      }
      const slope = 2 * kernel.scale * maternSlope(r) * (perMean * alpha[j] - 2 * perVariance * solved[j]);
      for (let i = 0; i < dimensions; i++)
        if (!category[i]) gradient[i] += slope * kernel.weights[i] * (x[i] - data[at + i]);
    }
  }
  return value + Math.log(deviation);
}
