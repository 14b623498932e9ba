import { grouped, short } from '../../base/index.ts';
import { addBatchNorm, replaceInit } from '../changes.ts';
import { starvation } from '../effects.ts';
import { gainOf, learnedLess, liftOf, linearLayers, product, unnormalized } from '../inside.ts';
import { type Progress, progressOf, windows } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** What the hidden layers together may leave of the size of a signal. */
const least = 0.02;
/** What is too little for anybody to wait and see. */
const hopeless = 5e-4;

/** First weights so small that nothing comes through the layers. */
export const initialScaleTooSmall: Rule = {
  question: 'Are the first weights large enough?',
  needs: ['signals'],
  leadsTo: ['updateRatioTooHigh', ...starvation],
  look(history) {
    const { signals, settings } = history;
    const [first] = signals;
    const progress = progressOf(history);
    if (first.update > 1) return undefined;
    const hidden = unnormalized(history, linearLayers(first)).filter(({ last }) => !last);
    // Weights that are all equal are another fault, and their sums do not follow their length.
    if (hidden.length === 0 || hidden.some(({ weights }) => weights.values.low === weights.values.high))
      return undefined;
    const left = product(hidden.map(gainOf));
    if (!(left < least)) return undefined;
    const flat = progress ? flatFor(history.losses, progress) : 0;
    const late = progress !== undefined && flat >= 0.2 * progress.updates && learnedLess(history, 1);
    const blocked = left < hopeless && liftOf(history) < 0.7;
    if (!late && !blocked) return undefined;
    const worst = hidden.reduce((a, b) => (gainOf(a) <= gainOf(b) ? a : b));
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      layer: worst.name,
      since: 0,
      saw: `the hidden layers leave ${short(left)} of the size of what passes them; about 1 is healthy, less than ${least} is too little. The weights into a unit of ${worst.name} have a length of ${short(gainOf(worst))}${flat > 0 ? `; the loss did not fall for ${grouped(flat)} updates` : ''}`,
      why: 'values and gradients shrink at every layer, so that neither the rows reach the output nor the errors the first layers',
      try: [
        '"init": "auto" (the default), or "he" before relu and "xavier" before tanh and sigmoid',
        'batch normalization behind each hidden layer',
      ],
      changes: [...replaceInit(settings), ...addBatchNorm(settings)],
    };
  },
};

/** Updates until the loss has left that of guessing. */
function flatFor(losses: readonly number[], { window, constant }: Progress): number {
  const means = windows(losses, window);
  const began = means.findIndex((loss) => loss < 0.9 * constant);
  return (began < 0 ? means.length : began) * window;
}
