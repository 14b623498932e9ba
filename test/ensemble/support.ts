import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import type { Combine, Experiment } from '../../src/train/index.ts';

export type Rest = Omit<Experiment, 'data'>;

const random = new Random(5);
const features = Array.from({ length: 60 }, () => [random.normal(), 3 + 2 * random.normal()]);
const noisy = features.map(([a, b]) => a - 0.5 * (b - 3) + 0.7 * random.normal());

const hidden = [{ dense: { units: 5 } }, 'batchNorm', 'tanh'];
const common: Rest = {
  split: { validation: 0.2, test: 0.2 },
  optimizer: { sgd: { lr: 0.3 } },
  batchSize: 12,
  epochs: 4,
};

/** One small problem for each kind of answer. */
export const problems: Readonly<Record<string, { dataset: Dataset; rest: Rest; link: Link }>> = {
  'three classes, a softmax': {
    dataset: fromArrays({
      features,
      targets: Int32Array.from(noisy, (x) => (x < -0.5 ? 0 : x < 0.5 ? 1 : 2)),
      name: 'three',
    }),
    rest: { ...common, model: [...hidden, { dense: { units: 3 } }] },
    link: 'softmax',
  },
  'two classes, one logit': {
    dataset: fromArrays({ features, targets: Int32Array.from(noisy, (x) => (x > 0 ? 1 : 0)), name: 'two' }),
    rest: { ...common, model: [...hidden, { dense: { units: 1 } }], loss: 'binaryCrossEntropy' },
    link: 'sigmoid',
  },
  'two labels': {
    dataset: {
      ...fromArrays({ features, targets: noisy, name: 'labels' }),
      targets: {
        kind: 'numbers',
        width: 2,
        data: Float32Array.from(noisy.flatMap((x, i) => [x > 0 ? 1 : 0, features[i][0] + x > 0.5 ? 1 : 0])),
      },
    },
    rest: { ...common, model: [...hidden, { dense: { units: 2 } }], loss: 'binaryCrossEntropy' },
    link: 'sigmoid',
  },
  numbers: {
    dataset: fromArrays({ features, targets: noisy, name: 'numbers' }),
    rest: { ...common, target: 'raw', optimizer: { sgd: { lr: 0.1 } }, model: [...hidden, { dense: { units: 1 } }] },
    link: 'none',
  },
};

type Link = 'softmax' | 'sigmoid' | 'none';

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** The probabilities (or numbers) of a row that logits stand for. */
export function answersOf(row: readonly number[], link: Link): number[] {
  if (link === 'none') return [...row];
  if (link === 'sigmoid') return row.map(logistic);
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / total);
}

/** What several networks say of a row together, in the unit of the answer, written out. */
export function together(rows: readonly (readonly number[])[], link: Link, combine: Combine): number[] {
  const mean = (lists: readonly (readonly number[])[]) =>
    lists[0].map((_, i) => lists.reduce((sum, list) => sum + list[i], 0) / lists.length);
  return combine === 'logits' ? answersOf(mean(rows), link) : mean(rows.map((row) => answersOf(row, link)));
}

export function inRows(flat: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, i) =>
    Array.from({ length: width }, (_, k) => flat[i * width + k]),
  );
}
