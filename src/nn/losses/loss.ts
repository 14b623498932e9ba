import { withGradient } from '../../autodiff/index.ts';
import { formatShape, type OptionSchema, type Shape, type z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { cast, equal, mul, reduceMean, reshape } from '../../ops/index.ts';

/** What a loss and a metric may know of the targets. */
export type TargetKind =
  | { readonly kind: 'classes'; readonly classes: number }
  /** `labels`: every number is 0 or 1, so that each column may be a yes or no of its own. `negative`: some number is below 0. */
  | { readonly kind: 'numbers'; readonly width: number; readonly labels: boolean; readonly negative?: boolean };

/** Why a loss cannot be used, and what to do instead. */
type Misfit = { readonly expected: string; readonly fix: string };

/** What the network's output is under a loss: logits of probabilities, scores that are only compared, logarithms of rates, or what the target is. */
export type Meaning = 'logits' | 'scores' | 'logRates' | 'numbers';

export interface Loss<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  readonly output: Meaning;
  /**
   * Why the network's output and the targets do not fit this loss, or undefined where they do. `limitedBy` names the last layer where it is an
   * activation that cannot give every real number.
   */
  misfit(output: Shape, target: TargetKind, limitedBy: string | undefined, options: O): Misfit | undefined;
  /** The options once the training rows are known, such as the weights of "balanced" classes. `counts`: training rows of each class. */
  fit?(options: O, counts: readonly number[]): O;
  /** The loss of each row, [batch], times its weight; training minimizes their sum divided by the sum of weights. */
  perRow(output: Value, target: Value, options: O): Value;
  /** The weight of each row, [batch]; undefined where every row counts 1. */
  weight?(target: Value, options: O): Value | undefined;
}

export function loss<S extends OptionSchema>(entry: Omit<Loss<z.output<S>>, 'options'> & { options: S }): Loss {
  return entry as unknown as Loss;
}

/** [batch] as a column, to meet [batch, width]. */
export const columnShape = (value: Value) => ({ shape: [value.shape[0], 1] });

/** Class indices [batch] as rows of zeros with a one, [batch, classes]. */
export function oneHot(target: Value, classes: number): Value {
  const iota = target.graph.constant({
    dtype: 'int32',
    shape: [1, classes],
    data: Int32Array.from({ length: classes }, (_, i) => i),
  });
  return cast(equal(reshape(target, columnShape(target)), iota), { to: 'float' });
}

/** The mean over a row's outputs of `losses`, [batch, width], whose derivative in `output` is `factor` times `slope`, in one pass back. */
export function meanOverOutputs(label: string, output: Value, losses: Value, slope: () => Value, factor = 1): Value {
  const rows = reduceMean(losses, { axes: [1], keepdims: 0 });
  return withGradient(label, rows, [output], (dy) => [
    mul(slope(), reshape(mul(dy, factor / output.shape[1]), columnShape(dy))),
  ]);
}

/** The misfit of an output that does not have as many numbers a row as the targets ask for. */
export function wrongWidth(output: Shape, width: number, expected: string): Misfit | undefined {
  if (output.length === 1 && output[0] === width) return undefined;
  return {
    expected,
    fix: `end the model with { "dense": { "units": ${width} } }; it now gives ${formatShape(output)}`,
  };
}

/** The misfit of targets that are not numbers, or of an output that does not predict as many. */
export function unlessNumbers(output: Shape, target: TargetKind): Misfit | undefined {
  if (target.kind !== 'numbers')
    return { expected: 'numbers as targets', fix: 'use the loss "crossEntropy" for classes' };
  return wrongWidth(output, target.width, `${target.width} output${target.width === 1 ? '' : 's'} a row`);
}

/** The misfit of targets that are not classes, or of an output that does not hold a number for each. */
export function unlessClasses(output: Shape, target: TargetKind, what: string): Misfit | undefined {
  if (target.kind !== 'classes')
    return {
      expected: 'classes as targets',
      fix: target.labels
        ? 'use the loss "binaryCrossEntropy" for labels that are 0 or 1'
        : 'use the loss "meanSquaredError" for numbers',
    };
  return wrongWidth(output, target.classes, `${target.classes} ${what} a row, one for each class`);
}

/** The misfit of a last layer that keeps the output from being any real number. */
export const unlessReal = (limitedBy: string | undefined, what: string, reason: string): Misfit | undefined =>
  limitedBy === undefined
    ? undefined
    : { expected: `${what}, which may be any real number`, fix: `remove the last layer, "${limitedBy}": ${reason}` };

/** The misfit of a list that should hold one number for each of so many classes or labels. */
export function wrongLength(option: string, list: unknown, count: number, each: string): Misfit | undefined {
  if (!Array.isArray(list) || list.length === count) return undefined;
  return {
    expected: `${count} numbers in ${option}, one for each ${each}`,
    fix: `give ${option} ${count} numbers; it now has ${list.length}`,
  };
}
