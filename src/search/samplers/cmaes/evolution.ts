import { eigenOf } from '../../math/eigen.ts';

/** The normal distribution from which points are drawn, and what steers how it changes. */
export interface Evolution {
  readonly mean: Float64Array;
  /** The step size: the distribution's covariance is sigma² times `covariance`. */
  readonly sigma: number;
  readonly covariance: Float64Array;
  /** Where the mean has been going, for the step size and for the covariance. */
  readonly sigmaPath: Float64Array;
  readonly covariancePath: Float64Array;
  /** How many generations it has seen. */
  readonly generation: number;
}

/** λ, as many points a generation as the tutorial recommends for a number of dimensions (eq. 48). */
export const usualPopulation = (dimensions: number): number => 4 + Math.floor(3 * Math.log(dimensions));

export const begin = (mean: Float64Array, sigma: number): Evolution => {
  const covariance = new Float64Array(mean.length ** 2);
  for (let i = 0; i < mean.length; i++) covariance[i * mean.length + i] = 1;
  const sigmaPath = new Float64Array(mean.length);
  return { mean, sigma, covariance, sigmaPath, covariancePath: sigmaPath, generation: 0 };
};

/** √C and 1/√C, both symmetric. */
export interface Roots {
  readonly root: Float64Array;
  readonly inverse: Float64Array;
  /** The longest and the shortest axis of the distribution's ellipsoid, without sigma. */
  readonly longest: number;
  readonly shortest: number;
}

export function rootsOf({ covariance, mean }: Evolution): Roots {
  const n = mean.length;
  const { values, vectors } = eigenOf(covariance, n);
  // Rounding can make a value that should be almost 0 negative.
  const lengths = values.map((value) => Math.sqrt(value < 0 ? 1e-8 : value));
  const root = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let [straight, inverted] = [0, 0];
      for (let k = 0; k < n; k++) {
        const both = vectors[i * n + k] * vectors[j * n + k];
        straight += both * lengths[k];
        inverted += both / lengths[k];
      }
      root[i * n + j] = root[j * n + i] = straight;
      inverse[i * n + j] = inverse[j * n + i] = inverted;
    }
  lengths.sort();
  return { root, inverse, longest: lengths[n - 1], shortest: lengths[0] };
}

/** The point that independent standard normal numbers stand for. The symmetric root makes it the same whatever signs the axes have. */
export function pointAt({ mean, sigma }: Evolution, { root }: Roots, normals: Float64Array): Float64Array {
  const turned = times(root, normals);
  return mean.map((middle, i) => middle + sigma * turned[i]);
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) product[i] += matrix[i * n + j] * vector[j];
  return product;
}

function norm(vector: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] ** 2;
  return Math.sqrt(squares);
}

/** What stays the same in all generations (eq. 49 to 58). */
export function ratesOf(n: number, population: number) {
  const parents = Math.floor(population / 2);
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const effective = (some: readonly number[]) => sum(some) ** 2 / sum(some.map((weight) => weight * weight));
  const mass = effective(raw.slice(0, parents));
  const c1 = 2 / ((n + 1.3) ** 2 + mass);
  const cMu = Math.min(1 - c1 - 1e-8, (2 * (mass - 2 + 1 / mass)) / ((n + 2) ** 2 + mass));
  const cSigma = (mass + 2) / (n + mass + 5);
  const negative = Math.min(
    1 + c1 / cMu,
    1 + (2 * effective(raw.slice(parents))) / (mass + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const positiveSum = sum(raw.filter((weight) => weight > 0));
  const negativeSum = -sum(raw.filter((weight) => weight < 0));
  return {
    parents,
    /** Of the best first; those of the worse half are negative. */
    weights: raw.map((weight) => (weight >= 0 ? weight / positiveSum : (negative * weight) / negativeSum)),
    mass,
    c1,
    cMu,
    cSigma,
    damping: 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + cSigma,
    cC: (4 + mass / n) / (n + 4 + (2 * mass) / n),
    /** How long a vector of n standard normal numbers is on average. */
    usualLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * The distribution after a generation, whose points are given from the best to the worst: CMA-ES with negative weights (N. Hansen, "The CMA
 * Evolution Strategy: A Tutorial", arXiv 1604.00772, figure 6).
 */
export function evolve(
  state: Evolution,
  { inverse }: Roots,
  points: readonly Float64Array[],
  rates = ratesOf(state.mean.length, points.length),
): Evolution {
  const { mean, sigma, covariance } = state;
  const { parents, weights, mass, c1, cMu, cSigma, cC, damping, usualLength } = rates;
  const n = mean.length;
  const generation = state.generation + 1;
  const steps = points.map((point) => point.map((value, i) => (value - mean[i]) / sigma));
  const step = new Float64Array(n);
  for (let k = 0; k < parents; k++) for (let i = 0; i < n; i++) step[i] += weights[k] * steps[k][i];

  const straight = times(inverse, step);
  const sigmaPath = follow(state.sigmaPath, cSigma, mass, straight);
  const length = norm(sigmaPath);
  // Where the step size is about to grow a lot, the path of the covariance waits.
  const waits =
    length / Math.sqrt(1 - (1 - cSigma) ** (2 * (generation + 1))) >= (1.4 + 2 / (n + 1)) * usualLength ? 1 : 0;
  const covariancePath = follow(state.covariancePath, cC, mass, step, 1 - waits);

  const scaled = weights.map((weight, k) =>
    weight >= 0 ? weight : (weight * n) / (norm(times(inverse, steps[k])) ** 2 + 1e-8),
  );
  const kept = 1 + c1 * waits * cC * (2 - cC) - c1 - cMu * sum(weights);
  const next = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let together = 0;
      for (let k = 0; k < steps.length; k++) together += scaled[k] * steps[k][i] * steps[k][j];
      const value = kept * covariance[i * n + j] + c1 * covariancePath[i] * covariancePath[j] + cMu * together;
      next[i * n + j] = next[j * n + i] = value;
    }
  return {
    mean: mean.map((value, i) => value + sigma * step[i]),
    sigma: sigma * Math.exp((cSigma / damping) * (length / usualLength - 1)),
    covariance: next,
    sigmaPath,
    covariancePath,
    generation,
  };
}

const follow = (path: Float64Array, rate: number, mass: number, step: Float64Array, share = 1): Float64Array =>
  path.map((value, i) => (1 - rate) * value + share * Math.sqrt(rate * (2 - rate) * mass) * step[i]);
