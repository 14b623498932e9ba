import { short } from '../../base/index.ts';
import { addBatchNorm, isActivation, replaceActivation } from '../changes.ts';
import { starvation } from '../effects.ts';
import { earlyLooks, type Linear, learnedLess, linearLayers, median } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** What may be left of the gradient at the first layer, and by what factor it may fall from layer to layer. */
const [least, factor] = [1e-3, 0.5];
/** A rest that leaves no doubt. */
const certain = 1e-4;

/** A gradient that falls from layer to layer on its way to the input. */
export const vanishingGradient: Rule = {
  question: 'Does the gradient reach the first layer?',
  needs: ['signals', 'losses'],
  leadsTo: ['saturation', ...starvation.filter((rule) => rule !== 'vanishingGradient')],
  look(history) {
    // Where activations begin at their bounds, that is what keeps the gradient back.
    if (Object.values(history.signals[0].layers).some(({ saturated = 0 }) => saturated > 0.5)) return undefined;
    const looks = earlyLooks(history).map((look) => ({ look, fall: fallOf(linearLayers(look)) }));
    const falling = looks.filter(({ fall }) => fall && fall.left < least && fall.perLayer < factor);
    if (falling.length === 0 || falling.length < looks.length / 2) return undefined;
    const left = median(falling.map(({ fall }) => fall!.left));
    if (!learnedLess(history, 0.6, left < certain)) return undefined;
    const perLayer = median(falling.map(({ fall }) => fall!.perLayer));
    const { settings } = history;
    const [{ look }] = falling;
    const [{ name }] = linearLayers(look);
    const flat = [...new Set(Object.values(look.layers).map(({ kind }) => kind))].filter(
      (kind) => isActivation(kind) && kind !== 'relu',
    );
    return {
      severity: learnedLess(history, 0.2, left < certain) ? 'error' : 'warning',
      layer: name,
      since: look.update,
      saw: `the gradient falls to ${short(perLayer, 2)} of itself from layer to layer; ${short(left, 2)} of it reaches ${name}. More than ${factor} a layer, or ${least} in all, is healthy`,
      why: `each layer multiplies the gradient by its weights and by the slope of its activation${flat.includes('sigmoid') ? ', which is at most a quarter for the sigmoid' : ''}; after many layers nothing is left, and the first layers stay as they began`,
      try: ['"relu" with "init": "auto"', 'batch normalization behind each hidden layer', 'fewer layers'],
      changes: [...replaceActivation(settings, flat, 'relu'), ...addBatchNorm(settings)],
    };
  },
};

/** How the gradient falls from the last layer with weights to the first: in all, and by the slope of its logarithm over the depth. */
function fallOf(linear: readonly Linear[]): { left: number; perLayer: number } | undefined {
  const gradients = linear.map(({ own }) => own.gradient);
  // Exactly 0 is another matter: units that are dead.
  if (gradients.length < 3 || !gradients.every((gradient) => gradient > 0 && Number.isFinite(gradient)))
    return undefined;
  const middle = (gradients.length - 1) / 2;
  const [over, square] = gradients.reduce(
    ([sum, squares], gradient, depth) => [sum + (depth - middle) * Math.log(gradient), squares + (depth - middle) ** 2],
    [0, 0],
  );
  return { left: gradients[0] / gradients.at(-1)!, perLayer: Math.exp(-over / square) };
}
