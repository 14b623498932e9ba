import { short } from '../../base/index.ts';
import { dropLastActivation, entriesOf, isActivation, isLinear } from '../changes.ts';
import { stagnation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

type Range = readonly [low: number, high: number];
const { POSITIVE_INFINITY: infinity } = Number;

/** What the activations can give; all that are left out can give every number. */
const ranges: Readonly<Record<string, Range>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, infinity],
  softplus: [0, infinity],
  exponential: [0, infinity],
  elu: [-1, infinity],
  selu: [-1.7581, infinity],
  gelu: [-0.17, infinity],
  silu: [-0.2785, infinity],
};
/** Targets this many deviations below the mean are to be expected. */
const below = 1;

/** An activation at the end that cannot give what is asked for. */
export const outputRange: Rule = {
  question: 'Can the last layer give every number that is asked for?',
  needs: [],
  leadsTo: [
    'unscaledTarget',
    'saturation',
    'deadUnits',
    'dyingUnits',
    'layerNotTraining',
    'vanishingGradient',
    ...stagnation,
  ],
  look(history) {
    const end = lastActivation(history);
    const range = end && ranges[end.kind];
    if (!range) return undefined;
    const asked = history.target.kind === 'numbers' ? numbersMissed(history, range) : logitsMissed(history, range);
    if (!asked) return undefined;
    const [low, high] = range;
    return {
      severity: learnedLess(history, 0.2) ? 'error' : 'warning',
      layer: end.name,
      since: 0,
      saw: `${end.name} gives numbers ${high === infinity ? `of ${low} and more` : `from ${low} to ${high}`}, and ${asked}`,
      why: 'rows whose answer lies outside can never be answered; their errors push the layer to its bound, where its gradient is 0',
      try: ['leave the last activation out', 'or bring the targets into its range before, and keep them there'],
      changes: dropLastActivation(history.settings),
    };
  },
};

function lastActivation({ settings }: History): { name: string; kind: string } | undefined {
  const entries = entriesOf(settings);
  const last = entries.findLastIndex(({ kind }) => isLinear(kind) || kind === 'maxout');
  const end = entries.findLast(({ kind }, i) => i > last && isActivation(kind));
  return end && { name: String(end.options.name), kind: end.kind };
}

/** Numbers between a and b with mean m have a variance of at most (m - a)(b - m) (Bhatia & Davis 2000): more of it proves that some lie outside. */
function numbersMissed(history: History, [low, high]: Range): string | undefined {
  const { target } = history;
  if (target.kind !== 'numbers' || !losesNumbers(history)) return undefined;
  const poor = learnedLess(history, 0.8);
  const at = target.mean.findIndex((mean, i) => {
    const deviation = target.deviation[i];
    if (!(deviation > 0)) return mean < low || mean > high;
    if (high === infinity) return mean <= low || (poor && mean - below * deviation < low);
    const most = Math.sqrt(Math.max(0, (mean - low) * (high - mean)));
    return deviation > 1.02 * most || (poor && deviation > 0.95 * most);
  });
  if (at < 0) return undefined;
  return `the targets have a mean of ${short(target.mean[at])} and a deviation of ${short(target.deviation[at])}: some lie outside`;
}

/** Other losses take what the last layer gives for something else, such as the logarithm of a rate. */
const losesNumbers = ({ settings: { loss } }: History): boolean =>
  ['meanSquaredError', 'meanAbsoluteError', 'huber'].includes(
    typeof loss === 'string' ? loss : Object.keys(loss as object)[0],
  );

const logitsMissed = (history: History, [low, high]: Range): string | undefined =>
  learnedLess(history, 0.9)
    ? `the loss takes logits, which must be free to lie ${high === infinity ? 'far below' : 'far outside'}: ${high === infinity ? `no class can be called unlikely below ${short(low)}` : 'no class can be called sure'}`
    : undefined;
