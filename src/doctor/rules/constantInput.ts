import { short } from '../../base/index.ts';
import { starvation } from '../effects.ts';
import type { Rule } from '../rule.ts';

/** Every row of every batch looks the same to the network. */
export const constantInput: Rule = {
  question: 'Do the rows differ in what the network is given?',
  needs: ['signals'],
  leadsTo: ['sameBatch', 'deadUnits', ...starvation],
  look({ signals }) {
    const seen = signals.filter(({ rows }) => rows > 1);
    const { input } = signals[0];
    if (seen.length === 0 || seen.some((look) => look.input.spread[2] !== 0)) return undefined;
    return {
      severity: 'error',
      since: 0,
      saw: `in ${seen.length} batches no input varied between rows; their mean is ${short(input.mean)}, the largest ${short(input.largest)}`,
      why: 'a network that is given the same numbers for every row can only give one answer',
      try: [
        'look at the data behind its reader: it may be empty, or filled with one value',
        'leave out the preprocessing steps one by one; one of them may remove all that varies',
      ],
      changes: [],
    };
  },
};
