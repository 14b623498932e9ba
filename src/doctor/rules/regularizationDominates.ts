import { percent, short } from '../../base/index.ts';
import { stagnation } from '../effects.ts';
import type { Change } from '../finding.ts';
import type { History } from '../history.ts';
import { learnedLess, median, weightsOf } from '../inside.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Share of its first length that decay may leave of the weights; of the loss of guessing that penalties may cost; of the gradient that is theirs. */
const [leftOver, cost, pull] = [0.4, 0.25, 0.5];

/** Penalties or decay that outweigh the loss. */
export const regularizationDominates: Rule = {
  question: 'Does the loss count for more than the regularization?',
  needs: ['signals', 'losses'],
  leadsTo: [
    'updateRatioTooHigh',
    'updateRatioTooLow',
    'vanishingGradient',
    'deadUnits',
    'dyingUnits',
    'layerNotTraining',
    ...stagnation,
  ],
  look(history) {
    const { signals, settings } = history;
    const names = [...Object.keys(settings.regularize), ...(decayOf(history) > 0 ? ['the decay of adamw'] : [])];
    const progress = progressOf(history);
    if (names.length === 0 || !progress || signals.length < 3) return undefined;
    const [first, latest] = [signals[0], signals.at(-1)!];
    const left = lengthOf(latest) / lengthOf(first);
    const penalty = Object.values(latest.penalties).reduce((sum, each) => sum + each, 0);
    const share = median(signals.slice(1).map(pullOf));
    const { constant, latest: loss } = progress;
    const found =
      left < leftOver && learnedLess(history, 0.8, left < leftOver / 2)
        ? `the weights shrank to ${percent(left, 1)} of their first length; more than ${percent(leftOver, 0)} is healthy`
        : history.stopped && left < 2 && penalty > cost * constant && penalty > loss / 2 && learnedLess(history, 0.95)
          ? `the penalties cost ${short(penalty)}, the loss itself is ${short(loss)}; less than a tenth of the loss of guessing, ${short(constant / 10)}, is healthy`
          : share > pull && pullOf(first) > pull / 5 && learnedLess(history, 0.5)
            ? `${percent(share, 0)} of the length of the gradient is that of the penalties; less than a tenth is healthy`
            : undefined;
    if (!found) return undefined;
    return {
      severity: learnedLess(history, 0.2, left < leftOver / 2) ? 'error' : 'warning',
      since: latest.update > 1 ? signals[1].update : 1,
      saw: `${found} (${names.join(', ')})`,
      why: 'small weights are cheaper than right answers: the network gives up what it could learn',
      try: ['a hundredth of the strength', 'no regularization until the training loss is low'],
      changes: weaker(history),
    };
  },
};

const lengthOf = (look: History['signals'][number]): number =>
  Math.hypot(...weightsOf(look).map(({ weight }) => weight));

/** Length of the gradient of the penalties in that of the whole gradient. */
function pullOf(look: History['signals'][number]): number {
  const weights = weightsOf(look);
  const gradient = Math.hypot(...weights.map((one) => one.gradient));
  return gradient > 0 ? Math.hypot(...weights.map(({ penalty = 0 }) => penalty)) / gradient : Number.NaN;
}

const decayOf = ({ settings }: History): number => {
  const [options] = Object.values(settings.optimizer as Record<string, { decay?: unknown }>);
  return typeof options.decay === 'number' ? options.decay : 0;
};

function weaker(history: History): Change[] {
  const { regularize, optimizer } = history.settings;
  const strengths = ['strength', 'l1', 'l2'];
  const scaled = (factor: number) =>
    Object.fromEntries(
      Object.entries(regularize as Record<string, Readonly<Record<string, unknown>>>).map(([kind, options]) => [
        kind,
        Object.fromEntries(
          Object.entries(options).map(([key, value]) => {
            if (key === 'limit') return [key, (value as number) / factor];
            return [key, strengths.includes(key) ? (value as number) * factor : value];
          }),
        ),
      ]),
    );
  const decay = decayOf(history);
  const decayed = (factor: number) =>
    decay > 0 && {
      optimizer: Object.fromEntries(
        Object.entries(optimizer).map(([kind, options]) => [kind, { ...(options as object), decay: decay * factor }]),
      ),
    };
  return [
    { what: 'regularization / 100', settings: { regularize: scaled(0.01), ...decayed(0.01) } },
    { what: 'no regularization', settings: { regularize: {}, ...decayed(0) } },
  ];
}
