import { short } from '../../base/index.ts';
import { ratioKind } from '../bands.ts';
import { put } from '../changes.ts';
import { stagnation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess, median } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Share of the gradient that may be left in the usual update. */
const least = 0.05;
/** The same where the optimizer divides by the size of the gradient, and clipping is felt only where nothing is left. */
const leastBySign = 1e-4;
/** A share that leaves no doubt. */
const certain = 0.005;

/** A limit far below every gradient. */
export const clippingDominates: Rule = {
  question: 'Does clipping act on the exceptional gradients alone?',
  needs: ['signals', 'losses'],
  leadsTo: ['updateRatioTooLow', 'layerNotTraining', ...stagnation],
  look(history) {
    const { settings, signals } = history;
    if (!settings.clip) return undefined;
    const [[kind, options]] = Object.entries(settings.clip as Record<string, { limit: number }>);
    const { limit } = options;
    const sizes = signals.map((look) => sizeOfGradient(look, kind === 'value'));
    const usual = median(sizes);
    const left = limit / usual;
    if (!(left < (ratioKind(settings.optimizer) === 'gradient' ? least : leastBySign))) return undefined;
    if (!learnedLess(history, 0.6, left < certain)) return undefined;
    const what = kind === 'value' ? 'root mean square of the numbers of the gradient' : 'length of the gradient';
    const larger = Number((2 * usual).toPrecision(2));
    return {
      severity: learnedLess(history, 0.2, left < certain) ? 'error' : 'warning',
      since: signals[0].update,
      saw: `the limit is ${short(limit)}, and the usual ${what} ${short(usual)}: ${short(1 / left)} times as much; clipping is meant for the few that are far above the usual`,
      why: 'every update is cut down to a small part of its length, as if the learning rate were so much smaller',
      try: [`a limit of ${short(larger)}`, 'no clipping, unless the loss has spikes'],
      changes: [
        ...put(`limit ${short(limit)} -> ${short(larger)}`, { clip: { [kind]: { ...options, limit: larger } } }),
        ...put('no clipping', { clip: undefined }),
      ],
    };
  },
};

function sizeOfGradient({ parameters }: History['signals'][number], perNumber: boolean): number {
  const all = Object.values(parameters);
  const length = Math.hypot(...all.map(({ gradient }) => gradient));
  return perNumber ? length / Math.sqrt(all.reduce((n, { size }) => n + size, 0)) : length;
}
