import { grouped, percent, short } from '../../base/index.ts';
import type { Settings } from '../../train/index.ts';
import { ratioKind } from '../bands.ts';
import { put, setRate } from '../changes.ts';
import { baseRate, isLate, isOver, learned, mean, planned, straightness, travelled } from '../curves.ts';
import { stagnation } from '../effects.ts';
import type { History } from '../history.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Lengths that the weights must be able to have moved by; healthy runs move them by 0.7 and more, unless all is learned before. */
const least = 0.3;
/** Share learned above which nobody waits for more; nearer to all where the loss still falls in a straight line. */
const enough = { bent: 0.6, slow: 0.8, straight: 0.95 };
/** How straight the loss still falls, and how far it must have fallen for that to mean something. */
const falls = { some: 0.1, straight: 0.5, by: 0.01 };
/** Worse than guessing by so much, after so many steps: the biases have not even found how often each answer is right. */
const notEvenGuessing = -0.02;

/** The steps are so small, or so few, that the weights are still about where they began. */
export const fallingSlowly: Rule = {
  question: 'Do the weights get anywhere?',
  needs: ['losses', 'signals'],
  leadsTo: ['updateRatioTooLow', 'imbalance', ...stagnation.filter((name) => name !== 'fallingSlowly')],
  look(history) {
    const progress = progressOf(history);
    const gone = travelled(history);
    if (!progress || gone === undefined) return undefined;
    // As far as the rest of the run leads at this pace.
    const way = gone * (isOver(history) ? 1 : Math.max(1, planned(history) / progress.updates));
    if (!isLate(history) || !(way > 0 && way < least)) return undefined;
    const { settings, losses } = history;
    const straight = straightness(history) ?? 0;
    const known = learned(history);
    const slow = way < least / 3 ? (straight > falls.straight ? 'straight' : 'slow') : 'bent';
    if (known > enough[slow] || (slow === 'bent' && validationRests(history))) return undefined;
    const fell = (mean(losses.slice(0, 5)) - progress.latest) / progress.constant;
    if (!((straight > falls.some && fell > falls.by) || progress.lift < notEvenGuessing)) return undefined;
    if (endsHigher(history) || (history.stopped?.ending === 'earlyStopping' && known > 0.1)) return undefined;
    const rate = baseRate(history);
    const few = losses.length < 200;
    return {
      severity: 'warning',
      since: 1,
      saw: `${grouped(losses.length)} updates${rate === undefined ? '' : ` with the learning rate ${short(rate)}`} could move no layer's weights by more than ${percent(gone, gone < 0.01 ? 2 : 0)} of their length (${percent(least, 0)} and more is usual), and the loss was still falling at ${short(progress.latest)}`,
      why: 'the way that the weights can go is the number of updates times their size; here it ends near the first random weights',
      try: few
        ? ['more epochs, or smaller batches', 'ten times the learning rate']
        : [
            'ten times the learning rate, then a hundred times',
            'more epochs',
            'the optimizer "adam", whose steps do not shrink with the gradient',
          ],
      changes: [
        ...setRate(settings, 10),
        ...setRate(settings, 100),
        ...setRate(settings, 1000),
        ...toAdam(settings),
        ...put(`${grouped(settings.epochs)} -> ${grouped(5 * settings.epochs)} epochs`, {
          epochs: 5 * settings.epochs,
        }),
      ],
    };
  },
};

/** Adam's steps are as long as its rate, whatever the gradient. */
const toAdam = ({ optimizer }: Settings) =>
  ratioKind(optimizer) === 'gradient' ? put('optimizer -> adam 0.001', { optimizer: { adam: { lr: 0.001 } } }) : [];

/** Whether the last quarter of the epochs took away less than a hundredth of the validation loss. */
function validationRests({ epochs }: History): boolean {
  const losses = epochs.flatMap(({ validation }) => (validation ? [validation.loss] : []));
  const before = losses[Math.floor(0.75 * losses.length)];
  return losses.length > 3 && before - losses.at(-1)! < 0.01 * before;
}

/** Whether the validation loss ends clearly above its best: then the training rows are learned by heart, and faster would be worse. */
function endsHigher({ epochs }: History): boolean {
  const losses = epochs.flatMap(({ validation }) => (validation ? [validation.loss] : []));
  return losses.length > 2 && losses.at(-1)! > 1.1 * Math.min(...losses);
}
