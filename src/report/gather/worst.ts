import { losses, type Predictions } from '../../nn/index.ts';
import type { Network } from '../../train/index.ts';
import type { WorstRow } from '../data.ts';
import { number } from '../words.ts';
import { logistic, logProbabilities, saidClass, softplus, taskOf } from './answers.ts';

type Said = Omit<WorstRow, 'row' | 'name' | 'values' | 'image'>;

/**
 * The `most` positions in the predictions with the largest loss: -log of the probability given to the truth (for labels the mean over labels), by how
 * much a wrong class was scored above the true one, or the squared error (of several numbers: in units of their variance, summed). `names` are classes
 * or labels; predictions are in the unit of the target.
 */
export function worstOf(
  network: Pick<Network, 'loss'>,
  predictions: Predictions,
  names: readonly string[],
  most = 12,
): (Said & { readonly at: number })[] {
  const say = sayers[taskOf(network, predictions)](network, predictions, names);
  return Array.from({ length: predictions.rows }, (_, at) => ({ at, loss: say.loss(at) }))
    .sort((a, b) => b.loss - a.loss)
    .slice(0, most)
    .map(({ at, loss }) => ({ at, loss, ...say.words(at) }));
}

interface Sayer {
  readonly loss: (row: number) => number;
  readonly words: (row: number) => Said;
}
type MakeSayer = (network: Pick<Network, 'loss'>, predictions: Predictions, names: readonly string[]) => Sayer;

const ofClasses: MakeSayer = ({ loss }, p, names) => {
  const probable = losses[loss.kind].output === 'logits';
  const { outputs, width, targets } = p;
  const score = (row: number, i: number): number => outputs[row * width + i];
  const margin = (row: number): number => {
    const others = Array.from({ length: width }, (_, i) => (i === targets[row] ? -Infinity : score(row, i)));
    return Math.max(...others) - score(row, targets[row]);
  };
  return {
    loss: probable ? (row) => -logProbabilities(p, row)[targets[row]] : margin,
    words(row) {
      const said = saidClass(p, row);
      return {
        truth: names[targets[row]],
        said: names[said],
        ...(probable && { probability: Math.exp(logProbabilities(p, row)[said]) }),
      };
    },
  };
};

const ofLabels: MakeSayer = (_, { outputs, width, targets }, names) => {
  const terms = (row: number): number[] =>
    names.map((_, k) => softplus((targets[row * width + k] === 1 ? -1 : 1) * outputs[row * width + k]));
  const list = (yes: (k: number) => boolean): string => names.filter((_, k) => yes(k)).join(', ') || 'none';
  return {
    loss: (row) => terms(row).reduce((sum, term) => sum + term, 0) / width,
    words: (row) => ({
      truth: list((k) => targets[row * width + k] === 1),
      said: list((k) => outputs[row * width + k] > 0),
      ...(width === 1 && { probability: logistic(Math.abs(outputs[row])) }),
    }),
  };
};

const ofNumbers: MakeSayer = (_, { rows, outputs, width, targets }) => {
  const variances = Array.from({ length: width }, (_, k) => {
    const column = Float64Array.from({ length: rows }, (_, row) => targets[row * width + k]);
    const middle = column.reduce((sum, x) => sum + x, 0) / rows;
    return width === 1 ? 1 : column.reduce((sum, x) => sum + (x - middle) ** 2, 0) / rows || 1;
  });
  const errors = (row: number): number[] =>
    variances.map((_, k) => outputs[row * width + k] - targets[row * width + k]);
  const words = (list: ArrayLike<number>, row: number): string =>
    variances.map((_, k) => number(list[row * width + k], 4)).join(', ');
  return {
    loss: (row) => errors(row).reduce((sum, error, k) => sum + error ** 2 / variances[k], 0),
    words: (row) => ({
      truth: words(targets, row),
      said: words(outputs, row),
      ...(width === 1 && { error: errors(row)[0] }),
    }),
  };
};

const sayers = { binary: ofClasses, classes: ofClasses, labels: ofLabels, regression: ofNumbers } as const;
