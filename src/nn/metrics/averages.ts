import { z } from '../../base/index.ts';
import type { TargetKind } from '../losses/index.ts';
import { onClasses, onLabels, type Predictions } from './metric.ts';
import { predictedClass } from './predictions.ts';

/** How often a class (or label) was said rightly, was said, and was true. */
interface Count {
  readonly right: number;
  readonly said: number;
  readonly support: number;
}

/** One count for each class or label. */
export function countsOf(p: Predictions): Count[] {
  const { target, targets, outputs, rows, width } = p;
  const size = target.kind === 'classes' ? target.classes : width;
  const [right, said, support] = Array.from({ length: 3 }, () => new Float64Array(size));
  if (target.kind === 'classes')
    for (let row = 0; row < rows; row++) {
      const guess = predictedClass(p, row);
      support[targets[row]]++;
      if (guess >= 0) said[guess]++;
      if (guess === targets[row]) right[guess]++;
    }
  else
    for (let i = 0; i < outputs.length; i++) {
      const [yes, meant] = [outputs[i] > 0, targets[i] === 1];
      if (meant) support[i % width]++;
      if (yes) said[i % width]++;
      if (yes && meant) right[i % width]++;
    }
  return Array.from({ length: size }, (_, i) => ({ right: right[i], said: said[i], support: support[i] }));
}

type Ratio = (count: Count) => number;

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** 0 where nothing was said, where nothing was true, and where neither was. */
export const ratios = {
  precision: ({ right, said }) => share(right, said),
  recall: ({ right, support }) => share(right, support),
  f1: ({ right, said, support }) => share(2 * right, said + support),
} satisfies Record<string, Ratio>;

/**
 * Of several classes (or labels): "macro", the mean over classes, leaving out a class that is neither true nor said anywhere; "weighted", the mean
 * weighted by how often each is true; "micro", from the counts of all together; or a class index, for that class alone. As scikit-learn with
 * zero_division = 0, but its default is "binary", which is index 1 of two classes.
 */
export const averageOptions = z.strictObject({
  average: z.union([z.enum(['macro', 'micro', 'weighted']), z.int().nonnegative()]).default('macro'),
});
type AverageOptions = z.output<typeof averageOptions>;

export const averageFits = (target: TargetKind, { average }: AverageOptions): boolean =>
  (onClasses(target) || onLabels(target)) &&
  (typeof average === 'string' || average < (target.kind === 'classes' ? target.classes : target.width));

export const averaged =
  (ratio: Ratio) =>
  (p: Predictions, { average }: AverageOptions): number => {
    const counts = countsOf(p);
    if (typeof average === 'number') return ratio(counts[average]);
    const sum = (term: Ratio) => counts.reduce((total, count) => total + term(count), 0);
    const supports = sum(({ support }) => support);
    if (average === 'micro')
      return ratio({ right: sum(({ right }) => right), said: sum(({ said }) => said), support: supports });
    if (average === 'weighted')
      return share(
        sum((count) => ratio(count) * count.support),
        supports,
      );
    const found = p.target.kind === 'classes' ? counts.filter(({ said, support }) => said + support > 0) : counts;
    return found.reduce((total, count) => total + ratio(count), 0) / found.length;
  };
