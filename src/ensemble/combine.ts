import type { Value } from '../graph/index.ts';
import { losses } from '../nn/index.ts';
import { abs, add, exp, log, logSoftmax, max, min, mul, neg, sub } from '../ops/index.ts';
import type { Combine, Network } from '../train/index.ts';

/** How outputs become probabilities before they are averaged; "none" averages the outputs themselves. */
export type Link = 'softmax' | 'sigmoid' | 'none';

export function linkOf({ loss: { kind } }: Pick<Network, 'loss'>, combine: Combine): Link {
  if (combine === 'logits' || losses[kind].output !== 'logits') return 'none';
  return kind === 'binaryCrossEntropy' ? 'sigmoid' : 'softmax';
}

/**
 * One answer from several networks, row-major [rows, width] each: the mean of their outputs, or the mean of their probabilities, given as logits
 * again (its logarithm; for sigmoids log(p / (1 - p))), so that losses, metrics and the model file read a combined answer like any other.
 */
export function combineOutputs(members: readonly ArrayLike<number>[], width: number, link: Link): Float64Array {
  const mean = meanOf(members, width, link);
  if (link === 'none') return mean;
  if (link === 'softmax') return mean.map((p) => Math.log(Math.max(p, least)));
  // 1 - p is the mean of the opposite answers: subtracting would lose what is small.
  const opposite = meanOf(
    members.map((member) => Float64Array.from(member, (x) => -x)),
    width,
    link,
  );
  return mean.map((p, i) => Math.log(Math.max(p, least)) - Math.log(Math.max(opposite[i], least)));
}

/** The mean of the members' outputs or probabilities. */
function meanOf(members: readonly ArrayLike<number>[], width: number, link: Link): Float64Array {
  const sum = new Float64Array(members[0].length);
  for (const member of members) {
    linked(member, width, link).forEach((answer, i) => {
      sum[i] += answer / members.length;
    });
  }
  return sum;
}

/** Outputs as what is averaged: probabilities, or the outputs themselves. */
export const linked = (outputs: ArrayLike<number>, width: number, link: Link): Float64Array =>
  link === 'softmax'
    ? softmaxRows(outputs, width)
    : Float64Array.from(outputs, link === 'sigmoid' ? logistic : (x) => x);

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function softmaxRows(logits: ArrayLike<number>, width: number): Float64Array {
  const result = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + width; i++) highest = Math.max(highest, logits[i]);
    let total = 0;
    for (let i = start; i < start + width; i++) total += Math.exp(logits[i] - highest);
    for (let i = start; i < start + width; i++) result[i] = Math.exp(logits[i] - highest) / total;
  }
  return result;
}

/** Probabilities below this are taken for it, so that no logarithm is infinite. */
const least = 1e-30;

/** The same as graph nodes; outputs are [batch, width]. */
export function combineValues(members: readonly Value[], link: Link): Value {
  const mean = (values: readonly Value[]) =>
    mul(
      values.reduce((sum, next) => add(sum, next)),
      1 / values.length,
    );
  if (link === 'none') return mean(members);
  const safe = (p: Value) => log(max(p, least));
  if (link === 'softmax') return safe(mean(members.map((x) => exp(logSoftmax(x, { axis: -1 })))));
  const [p, opposite] = [members, members.map((x) => neg(x))].map((values) => mean(values.map(probability)));
  return sub(safe(p), safe(opposite));
}

/** The sigmoid, exact where it is small: ONNX Runtime's own is off by a hundredth of its value at -15, and 0 from -18 on. */
const probability = (x: Value): Value => exp(sub(min(x, 0), log(add(exp(neg(abs(x))), 1))));
