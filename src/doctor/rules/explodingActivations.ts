import { short } from '../../base/index.ts';
import { addBatchNorm, replaceActivation, replaceInit, setRate } from '../changes.ts';
import { overshoot, unrest } from '../effects.ts';
import { learnedLess, sizeOfValues, weightsOf } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Size of what a layer gives, in sizes of the inputs. */
const most = 1000;

/** Values that grow from layer to layer beyond all measure. */
export const explodingActivations: Rule = {
  question: 'Do values keep their size on their way through the layers?',
  needs: ['signals'],
  leadsTo: [
    'explodingGradient',
    'dyingUnits',
    'saturation',
    ...unrest,
    ...overshoot.filter((rule) => rule === 'lossFlat'),
  ],
  look(history) {
    const { signals, settings } = history;
    if (!learnedLess(history, 0.6)) return undefined;
    for (const { update, input, layers, parameters } of signals) {
      // Weights that are no numbers any more say nothing of what made them so.
      if (!weightsOf({ parameters } as (typeof signals)[number]).every(({ weight }) => Number.isFinite(weight))) break;
      const given = Math.max(1, sizeOfValues(input));
      const entries = Object.entries(layers);
      const beyond = entries.findIndex(([, layer]) => !(sizeOfValues(layer) < most * given));
      if (beyond < 0) continue;
      const [name, layer] = entries[beyond];
      const size = Number.isFinite(layer.mean) ? sizeOfValues(layer) : layer.largest;
      const exponential = entries.slice(0, beyond + 1).findLast(([, { kind }]) => kind === 'exponential');
      return {
        severity: learnedLess(history, 0.2) ? 'error' : 'warning',
        layer: exponential?.[0] ?? name,
        since: update,
        saw: `at update ${update} ${name} gives numbers of size ${short(size)} for inputs of size ${short(sizeOfValues(input))}; less than ${most} times as much is healthy`,
        why: exponential
          ? 'the exponential function turns differences into multiples: two of them in a row are enough to leave all numbers behind'
          : 'each layer makes its values larger than it was given; the loss and its gradient grow with them, and steps become far too long',
        try: [
          '"relu" or "selu" with "init": "auto"',
          'batch normalization behind each hidden layer',
          'a tenth of the learning rate',
        ],
        changes: [
          ...replaceActivation(settings, ['exponential'], 'relu'),
          ...(update === 1 ? replaceInit(settings) : []),
          ...setRate(settings, 0.1),
          ...addBatchNorm(settings),
        ],
      };
    }
    return undefined;
  },
};
