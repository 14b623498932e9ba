import { grouped, short, WellfitError, z } from '../base/index.ts';
import { div, mul } from '../ops/index.ts';
import { constantOf } from './fitting/constants.ts';
import {
  addMean,
  checkComponents,
  components,
  describeKept,
  fromDirections,
  type Principal,
  principalDirections,
  subtractMean,
  toDirections,
} from './fitting/principal.ts';
import type { Rows } from './fitting/rows.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/** Variances below this share of the largest are rounding: the engine's covariance has 32 bits. */
const noise = 1e-6;

/**
 * Decorrelates features and gives each direction variance 1 (λ / (λ + ε), to be exact):
 * "pca": y = (V (x - mean)) / √(λ + ε), one number a direction; "zca": y = Vᵀ of that, which has the shape of x and stays nearest to it.
 * λ are the eigenvalues of the training rows' covariance (divided by n), and ε, the `epsilon`, keeps directions of hardly any variance from
 * being blown up: Stanford's CS231n notes and UFLDL tutorial. scikit-learn's PCA(whiten=True) divides by n - 1 and has no ε. With
 * `components`, directions beyond them are dropped. "zca" stores V, not the product of its two matrices: so its inverse is at hand.
 *
 * The inverse multiplies by √(λ + ε): exact with all directions, else the nearest row that the kept ones can express.
 */
export const whiten = preprocessor({
  summary: 'decorrelate the features and give each direction variance 1',
  options: z.strictObject({
    kind: z.enum(['pca', 'zca']).default('pca'),
    epsilon: z.number().nonnegative().default(1e-5),
    ...components,
    ...sampled,
  }),
  lead: 'kind',
  mixes: true,
  shape(input, options, where) {
    const most = checkComponents(input, options, where);
    return options.kind === 'zca' ? input : [most];
  },
  async fit(rows, options, tools) {
    const principal = await principalDirections(rows, options, rows.width, tools);
    const { mean, vectors, variances } = principal;
    if (options.epsilon === 0) refuseZeros(rows, principal, tools.where);
    const data = variances.map((variance) => 1 / Math.sqrt(variance + options.epsilon));
    return {
      fitted: { mean, vectors, factor: { shape: [data.length], data } },
      notes: data.length === rows.width ? [] : [`whiten ${describeKept(principal)}`],
    };
  },
  apply(x, fitted, { kind }) {
    const white = mul(toDirections(subtractMean(x, fitted), fitted), constantOf(x.graph, fitted.factor, 'factor'));
    return kind === 'zca' ? fromDirections(white, fitted) : white;
  },
  invert(y, fitted, { kind }) {
    const white = kind === 'zca' ? toDirections(y, fitted) : y;
    return addMean(fromDirections(div(white, constantOf(y.graph, fitted.factor, 'factor')), fitted), fitted);
  },
});

/** Without ε a direction along which the rows do not vary would be divided by 0. */
function refuseZeros(rows: Rows, { variances, vectors }: Principal, where: string): void {
  const [kept] = vectors.shape;
  const zeros = variances.filter((variance) => variance <= noise * variances[0]).length;
  if (zeros === 0) return;
  const few = rows.count <= kept;
  throw new WellfitError(
    'data',
    `${where}: the rows do not vary along ${grouped(zeros)} of ${grouped(kept)} directions`,
    {
      expected: `variances above ${short(noise)} of the largest, where epsilon is 0`,
      received: `${short(variances[kept - 1])} beside ${short(variances[0])}`,
      likely: few
        ? `${grouped(rows.count)} rows span at most ${grouped(rows.count - 1)} directions`
        : 'features are constant, or follow from one another',
      fix: `use an epsilon such as 1e-5${few ? ', more rows' : ''} or fewer components`,
    },
  );
}
