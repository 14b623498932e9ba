import { short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { stagnation } from '../effects.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Augmentation that changes rows beyond recognition. */
export const augmentTooStrong: Rule = {
  question: 'Can augmented rows still be recognized?',
  needs: ['losses', 'epochs'],
  leadsTo: ['noisyBatches', ...stagnation],
  look(history) {
    const { settings, epochs } = history;
    const { train, validation } = epochs.at(-1)!;
    if (settings.augment.length === 0 || !learnedLess(history, 0.5)) return undefined;
    if (validation && !(validation.loss < 1.1 * train.loss)) return undefined;
    return {
      severity: 'warning',
      since: 1,
      saw: `the training loss stays at ${short(train.loss)} on rows changed by ${settings.augment.map(nameOf).join(', ')}${validation ? `; on rows that are left as they are it is ${short(validation.loss)}` : ''}`,
      why: 'rows that are changed too much are another, harder task, or no longer show what they are called',
      try: [
        'weaker changes: such as still look like the rows to come',
        'no augmentation until the training loss is low',
      ],
      changes: put('no augmentation', { augment: [] }),
    };
  },
};

const nameOf = (entry: unknown): string => (typeof entry === 'string' ? entry : Object.keys(entry as object)[0]);
