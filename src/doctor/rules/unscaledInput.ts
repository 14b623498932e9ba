import { percent, short } from '../../base/index.ts';
import type { LayerSignals } from '../../monitor/index.ts';
import { entriesOf, isLinear, isNormalization, put } from '../changes.ts';
import { isLate } from '../curves.ts';
import { overshoot, starvation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess, sizeOfValues } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Root mean square of the inputs: above the first it hurts any network, above the second those that fail. */
const [farTooLarge, large] = [20, 4];
/** The largest input of a network that hardly sees its rows: the first hurts any network, the second those that fail. */
const [farTooSmall, small] = [0.01, 0.1];
/** A feature that varies so many times as much as the usual one drowns it. */
const uneven = 100;
/** Share of zeros above which features are rare instead of small. */
const sparse = 0.3;
/** Share of the inputs that fill a twentieth of their range where a few rows lie far out, and what can be learned of the others then. */
const [crowded, poor] = [0.7, 0.15];

/** Inputs that are far from mean 0 and deviation 1. */
export const unscaledInput: Rule = {
  question: 'Do the inputs have a size that first weights and rates are made for?',
  needs: ['signals'],
  leadsTo: ['initialScaleTooLarge', 'initialScaleTooSmall', ...overshoot, ...starvation, 'overfitting'],
  look(history) {
    const { input } = history.signals[0];
    if (isScaledInside(history)) return undefined;
    const size = sizeOfValues(input);
    const [, usual, greatest] = input.spread;
    const fails = learnedLess(history, 0.6);
    const crowd = Math.max(...history.signals.map((look) => outlying(look.input)));
    const found =
      size > farTooLarge || (fails && size > large)
        ? 'large'
        : input.largest > 0 && (input.largest < farTooSmall || (fails && input.largest < small))
          ? 'small'
          : fails && input.zeros < sparse && greatest > uneven * usual && usual > 0
            ? 'uneven'
            : learnedLess(history, poor) && isLate(history) && history.layers[0]?.input.length === 1 && crowd > crowded
              ? 'outlying'
              : undefined;
    if (!found) return undefined;
    const words = {
      large: `the inputs have a root mean square of ${short(size)} and reach ${short(input.largest)}; about 1 is healthy, up to ${large} is harmless`,
      small: `the largest of the inputs is ${short(input.largest)}; about 1 is healthy, less than ${small} is hardly seen`,
      outlying: `${percent(crowd, 0)} of the inputs of a batch lie within a twentieth of their range, though every feature varies; less than ${percent(crowded, 0)} is healthy. A few rows are so far out that all others look alike`,
      uneven: `one feature varies by ${short(greatest)} (standard deviation), the usual one by ${short(usual)}; more than ${uneven} times as much drowns the others`,
    };
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      since: 0,
      saw: words[found],
      why:
        found === 'outlying'
          ? 'mean and deviation are those of a few huge numbers: what tells the other rows apart is scaled away with them'
          : found === 'small'
            ? 'the gradient of the first layer is its input times what comes back, so that it learns far more slowly than the others'
            : 'what the first layer gives, and the gradient of its weights, grow with the inputs: steps that suit other layers are far too long for it',
      try: [
        ...(found === 'outlying'
          ? [
              'look at the rows with the largest numbers: are they right, and in the same unit?',
              '"preprocess": ["robust", { "clip": { "low": -5, "high": 5 } }]: scaled by the quartiles, which a few rows do not move',
            ]
          : [
              '"preprocess": ["standardize"]: mean 0 and deviation 1 for each feature',
              'for pixels from 0 to 255: "rescale"',
            ]),
      ],
      changes:
        found === 'outlying'
          ? put('preprocessing -> robust, clipped at 5', { preprocess: ['robust', { clip: { low: -5, high: 5 } }] })
          : put('preprocessing -> standardize', { preprocess: [...history.settings.preprocess, 'standardize'] }),
    };
  },
};

/** Share of the inputs in the fullest of the bins between the least and the greatest, where all features vary and none is mostly 0. */
function outlying({ values, spread, zeros }: LayerSignals): number {
  const all = values.counts.reduce((sum, n) => sum + n, 0);
  return all > 0 && zeros < 0.01 && spread[0] > 0.3 ? Math.max(...values.counts) / all : 0;
}

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
