import { short } from '../../base/index.ts';
import { entriesOf, isLinear, isNormalization, put } from '../changes.ts';
import { overshoot, starvation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess, sizeOfValues } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Root mean square of the inputs: above the first it hurts any network, above the second those that fail. */
const [farTooLarge, large] = [20, 4];
/** The largest input of a network that hardly sees its rows. */
const small = 0.1;
/** A feature that varies so many times as much as the usual one drowns it. */
const uneven = 100;

/** Inputs that are far from mean 0 and deviation 1. */
export const unscaledInput: Rule = {
  question: 'Do the inputs have a size that first weights and rates are made for?',
  needs: ['signals'],
  leadsTo: ['initialScaleTooLarge', 'initialScaleTooSmall', ...overshoot, ...starvation],
  look(history) {
    const { input } = history.signals[0];
    if (isScaledInside(history)) return undefined;
    const size = sizeOfValues(input);
    const [, usual, greatest] = input.spread;
    const fails = learnedLess(history, 0.6);
    const found =
      size > farTooLarge || (fails && size > large)
        ? 'large'
        : fails && input.largest > 0 && input.largest < small
          ? 'small'
          : fails && input.zeros < 0.5 && greatest > uneven * usual && usual > 0
            ? 'uneven'
            : undefined;
    if (!found) return undefined;
    const words = {
      large: `the inputs have a root mean square of ${short(size)} and reach ${short(input.largest)}; about 1 is healthy, up to ${large} is harmless`,
      small: `the largest of the inputs is ${short(input.largest)}; about 1 is healthy, less than ${small} is hardly seen`,
      uneven: `one feature varies by ${short(greatest)} (standard deviation), the usual one by ${short(usual)}; more than ${uneven} times as much drowns the others`,
    };
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      since: 0,
      saw: words[found],
      why:
        found === 'small'
          ? 'the gradient of the first layer is its input times what comes back, so that it learns far more slowly than the others'
          : 'what the first layer gives, and the gradient of its weights, grow with the inputs: steps that suit other layers are far too long for it',
      try: [
        '"preprocess": ["standardize"]: mean 0 and deviation 1 for each feature',
        'for pixels from 0 to 255: "rescale"',
      ],
      changes: put('preprocessing -> standardize', { preprocess: [...history.settings.preprocess, 'standardize'] }),
    };
  },
};

/** The inputs are numbers of categories, or the first thing that happens to them is a normalization; an imported model has its own way. */
function isScaledInside({ settings }: History): boolean {
  if (settings.from) return true;
  const entries = entriesOf(settings);
  const first = entries.findIndex(({ kind }) => isLinear(kind) || kind === 'embed' || kind === 'maxout');
  return (
    first < 0 ||
    entries[first].kind === 'embed' ||
    entries.slice(0, first + 2).some(({ kind }) => isNormalization(kind))
  );
}
