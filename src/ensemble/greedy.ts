/**
 * Which models answer best together: begins with the best one and adds, one at a time, the one that lowers the loss of their mean answer most, as
 * long as one does (Caruana et al. 2004, "Ensemble selection from libraries of models"; here each model at most once, so that all count the same).
 * @param answers of each model to the same rows, in a space in which a mean is one answer: probabilities, or numbers
 * @param loss of answers; lower is better
 * @returns indices, the best single model first
 */
export function greedySelection(
  answers: readonly Float64Array[],
  loss: (answers: Float64Array) => number,
  most: number,
): number[] {
  const chosen: number[] = [];
  let sum = new Float64Array(answers[0]?.length ?? 0);
  let lowest = Number.POSITIVE_INFINITY;
  while (chosen.length < Math.min(most, answers.length)) {
    let best: { index: number; loss: number; sum: Float64Array<ArrayBuffer> } | undefined;
    for (const [index, own] of answers.entries()) {
      if (chosen.includes(index)) continue;
      const added = sum.map((value, i) => value + own[i]);
      const value = loss(added.map((total) => total / (chosen.length + 1)));
      if (value < (best?.loss ?? lowest)) best = { index, loss: value, sum: added };
    }
    if (!best) break;
    chosen.push(best.index);
    sum = best.sum;
    lowest = best.loss;
  }
  return chosen;
}
