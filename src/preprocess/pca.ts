import { z } from '../base/index.ts';
import {
  addMean,
  checkComponents,
  components,
  describeKept,
  fromDirections,
  principalDirections,
  subtractMean,
  toDirections,
} from './fitting/principal.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/**
 * y = V (x - mean): centered rows (images flattened) in coordinates along the directions of largest variance, the leading eigenvectors of the
 * training rows' covariance. `components`: how many, or the share of variance to be exceeded; left out, as many as there are features or
 * rows, whichever is less. As scikit-learn's PCA (svd_solver "full"), its signs included: of each direction the largest number by
 * magnitude is positive. ONNX Runtime computes the covariance in 32 bits: variances below about 1e-6 of the largest are noise.
 *
 * The inverse, Vᵀ y + mean, is exact with as many components as features; with fewer it is the nearest row that the components can express.
 */
export const pca = preprocessor({
  summary: 'project onto the directions of largest variance',
  options: z.strictObject({ ...components, ...sampled }),
  lead: 'components',
  mixes: true,
  shape: (input, options, where) => [checkComponents(input, options, where)],
  async fit(rows, options, tools) {
    const most = Math.min(rows.width, rows.count);
    const principal = await principalDirections(rows, options, most, tools);
    const { mean, vectors } = principal;
    return { fitted: { mean, vectors }, notes: [`pca ${describeKept(principal)}`] };
  },
  apply: (x, fitted) => toDirections(subtractMean(x, fitted), fitted),
  invert: (y, fitted) => addMean(fromDirections(y, fitted), fitted),
});
