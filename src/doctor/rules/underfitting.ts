import { grouped, percent, short, sizeOf } from '../../base/index.ts';
import { isLinear, put, widen } from '../changes.ts';
import { isOver, learned, straightness } from '../curves.ts';
import type { History } from '../history.ts';
import { progressOf } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Shares of what guessing leaves: as good as nothing, little, and half of it. */
const [nothing, little, half] = [0.1, 0.3, 0.5];
/** Below this share not even the loss has moved. */
const flat = 0.02;
/** How straight a loss falls that has not come to rest. */
const falling = 0.3;
/** Units of a hidden layer that are few for any task. */
const few = 3;

/** The network has come to rest, and has learned little: it cannot say more, or there is no more to say. */
export const underfitting: Rule = {
  question: 'Can the network express what is to be learned?',
  needs: ['losses'],
  showsLate: true,
  leadsTo: ['lossFlat', 'imbalance'],
  look(history) {
    const progress = progressOf(history);
    const known = learned(history);
    if (!progress || !isOver(history) || known > half || !Number.isFinite(progress.latest)) return undefined;
    const narrow = narrowest(history);
    const small = narrow !== undefined && narrow <= few;
    const rests = (straightness(history) ?? 0) < falling;
    const frozen = history.settings.from !== undefined && history.settings.from.freeze !== false;
    // That a loss is flat has a rule of its own.
    if (!small && (known > nothing ? !frozen && !(rests && known < little) : progress.bestLift < flat))
      return undefined;
    return {
      severity: small || frozen ? 'warning' : 'info',
      since: 1,
      saw: `training ended at a loss of ${short(progress.latest)}; ${percent(Math.max(0, known), 0)} of what guessing leaves is learned${narrow === undefined ? ', and there is no hidden layer' : small ? `, and the narrowest hidden layer has ${grouped(narrow)} unit${narrow === 1 ? '' : 's'} (more than ${few} are usual)` : ''}`,
      why: frozen
        ? 'the layers that are frozen do not hand on what these rows ask for'
        : small || narrow === undefined
          ? 'so few units can only draw lines between the rows, and these rows ask for more'
          : 'if the inputs tell what is asked, the network is too small or held back; if they do not, no network learns more',
      try: [
        ...(frozen ? ['train the frozen layers too: "from": { "freeze": false }'] : []),
        'wider hidden layers, or one more',
        'less dropout, weight decay or augmentation, if there is any',
        'do the inputs hold what is asked for? Noise cannot be learned',
      ],
      changes: [
        ...(frozen ? put('the frozen layers train too', { from: { ...history.settings.from, freeze: false } }) : []),
        ...widen(history.settings, 4),
        ...widen(history.settings, 16),
      ],
    };
  },
};

/** Units of the narrowest hidden layer; undefined where there is none. */
function narrowest({ layers }: History): number | undefined {
  const linear = layers.filter(({ kind }) => isLinear(kind) || kind === 'maxout');
  const hidden = linear.slice(0, -1).map(({ output }) => sizeOf(output));
  return hidden.length > 0 ? Math.min(...hidden) : undefined;
}
