import { cholesky, inverseOf, solveLower, solveUpper } from '../../math/cholesky.ts';
import { minimize } from '../../math/lbfgs.ts';
import { gap, type Kernel, matern, maternSlope, type Points } from './kernel.ts';

/** The least variance of a measurement; that of all measurements where the objective has no noise. */
export const leastNoise = 1e-6;
/** Logarithms of everything that is fitted stay in here; the prior keeps them far inside. */
const reach = 20;

/** What belief in a kernel is worth before any measurement:  -Σ(0.1/w + 0.1w) + ln s - s + 0.1 ln ν - 30ν. */
export function logPrior({ weights, scale, noise }: Kernel): number {
  let sum = Math.log(scale) - scale + 0.1 * Math.log(noise) - 30 * noise;
  for (let i = 0; i < weights.length; i++) sum -= 0.1 / weights[i] + 0.1 * weights[i];
  return sum;
}

/** The squared differences of all pairs of points, pair after pair. */
export function pairGaps({ count, dimensions, data, category }: Points): Float64Array {
  const gaps = new Float64Array(((count * (count - 1)) / 2) * dimensions);
  let at = 0;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++)
      for (let d = 0; d < dimensions; d++)
        gaps[at++] = gap(data[i * dimensions + d], data[j * dimensions + d], category[d]);
  return gaps;
}

/**
 * The logarithm of the likelihood of the targets, without its constant, and its derivatives by ln w, ln s and ν (Rasmussen and Williams
 * 2006, equations 5.8 and 5.9):  -Σ ln L_ii - ½ yᵀK⁻¹y,  ½ tr((ααᵀ - K⁻¹) ∂K) with α = K⁻¹y.
 */
export function logLikelihood(
  { count: n, dimensions }: Points,
  gaps: Float64Array,
  targets: Float64Array,
  { weights, scale, noise }: Kernel,
): { value: number; gradient: Float64Array } {
  const matrix = new Float64Array(n * n);
  const slopes = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0, pair = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, pair++) {
      let r = 0;
      for (let d = 0; d < dimensions; d++) r += weights[d] * gaps[at++];
      matrix[i * n + j] = scale * matern(r);
      slopes[pair] = scale * maternSlope(r);
    }
    matrix[i * n + i] = scale + noise;
  }
  const factor = cholesky(matrix, n);
  const alpha = targets.slice();
  solveLower(factor, n, alpha);
  let value = 0;
  for (let i = 0; i < n; i++) value -= Math.log(factor[i * n + i]) + 0.5 * alpha[i] * alpha[i];
  solveUpper(factor, n, alpha);
  const inverse = inverseOf(factor, n);
  const gradient = new Float64Array(dimensions + 2);
  for (let i = 0, pair = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, pair++) {
      // Each pair stands for both halves of the matrix.
      const weight = alpha[i] * alpha[j] - inverse[i * n + j];
      gradient[dimensions] += weight * matrix[i * n + j];
      const slope = weight * slopes[pair];
      for (let d = 0; d < dimensions; d++) gradient[d] += slope * weights[d] * gaps[at++];
    }
    const own = 0.5 * (alpha[i] * alpha[i] - inverse[i * n + i]);
    gradient[dimensions] += own * scale;
    gradient[dimensions + 1] += own;
  }
  return { value, gradient };
}

/** The kernel that is most probable after the targets, near where it starts. All starts at 1 where there is none. */
export function fitKernel(points: Points, targets: Float64Array, noisy: boolean, start?: Kernel): Kernel {
  const { dimensions } = points;
  const gaps = pairGaps(points);
  const kernelOf = (logs: Float64Array): Kernel => {
    const all = logs.map(Math.exp);
    return {
      weights: all.subarray(0, dimensions),
      scale: all[dimensions],
      noise: noisy ? all[dimensions + 1] + leastNoise : leastNoise,
    };
  };
  const { weights, scale, noise } = start ?? { weights: new Float64Array(dimensions).fill(1), scale: 1, noise: 1 };
  const logs = Float64Array.of(...Array.from(weights), scale, Math.max(noise - leastNoise, leastNoise / 100)).map(
    Math.log,
  );
  const { x } = minimize(
    (at, gradient) => {
      const kernel = kernelOf(at);
      const likelihood = logLikelihood(points, gaps, targets, kernel);
      for (let d = 0; d < dimensions; d++)
        gradient[d] = -likelihood.gradient[d] - 0.1 / kernel.weights[d] + 0.1 * kernel.weights[d];
      gradient[dimensions] = -likelihood.gradient[dimensions] - 1 + kernel.scale;
      gradient[dimensions + 1] = noisy
        ? -(kernel.noise - leastNoise) * (likelihood.gradient[dimensions + 1] + 0.1 / kernel.noise - 30)
        : 0;
      return -likelihood.value - logPrior(kernel);
    },
    logs,
    { low: logs.map(() => -reach), high: logs.map(() => reach) },
    { tolerance: 0.01 },
  );
  return kernelOf(x);
}
