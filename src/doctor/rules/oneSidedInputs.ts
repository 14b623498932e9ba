import { short } from '../../base/index.ts';
import { replaceActivation } from '../changes.ts';
import { learnedLess, linearLayers } from '../inside.ts';
import type { Rule } from '../rule.ts';

const positive = ['sigmoid', 'hardSigmoid', 'softplus'];

/** Layers that are given positive numbers alone. */
export const oneSidedInputs: Rule = {
  question: 'Are hidden layers given numbers of both signs?',
  needs: ['signals', 'losses'],
  leadsTo: [],
  look(history) {
    if (!learnedLess(history, 0.5)) return undefined;
    const [first] = history.signals;
    const fed = linearLayers(first).filter(({ before }) => positive.includes(before.kind));
    if (fed.length < 2) return undefined;
    const [{ name, before }] = fed;
    return {
      severity: 'info',
      layer: name,
      since: 0,
      saw: `${name} is given positive numbers alone, with a mean of ${short(before.mean)} and a deviation of ${short(before.deviation)} (${before.kind})`,
      why: 'all weights into a unit then get gradients of one sign, so that they can only grow or shrink together: the way down becomes a zigzag (LeCun et al. 1998)',
      try: ['"tanh" or "relu" between hidden layers; "sigmoid" only at the end'],
      changes: replaceActivation(history.settings, positive, 'relu'),
    };
  },
};
