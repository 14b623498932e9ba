import { grouped, sizeOf } from '../../base/index.ts';
import { isLinear, poolLess, widen } from '../changes.ts';
import { stagnation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Shares of the numbers that come in, and of the answers, below which a layer is narrow; so few numbers are always narrow. */
const [ofInputs, ofOutputs, few] = [1 / 200, 1 / 3, 2];
/** A run that learned less than this share has room to lack something. */
const poor = 0.6;
/** The same where all that is answered must be read off one number. */
const enough = 0.9;

/** A hidden layer far narrower than what it must carry. */
export const bottleneck: Rule = {
  question: 'Is every hidden layer wide enough for what passes through it?',
  needs: ['losses'],
  leadsTo: ['deadUnits', 'dyingUnits', ...stagnation],
  look(history) {
    const { layers, settings } = history;
    const last = layers.findLastIndex(({ kind }) => isLinear(kind) || kind === 'maxout');
    if (last < 1) return undefined;
    const [inputs, outputs] = [sizeOf(layers[0].input), sizeOf(layers[last].output)];
    const narrow = layers.slice(0, last).find(({ kind, input, output }) => {
      if (kind === 'conv2d' && output[0] <= few) return true;
      const width = sizeOf(output);
      if (width >= sizeOf(input)) return false;
      return width <= few || width < outputs * ofOutputs || width < inputs * ofInputs;
    });
    if (!narrow || !learnedLess(history, isLine(narrow, outputs) ? enough : poor)) return undefined;
    const { name, kind, output } = narrow;
    const [width, what] = kind === 'conv2d' ? [output[0], 'channel'] : [sizeOf(output), 'number'];
    return {
      severity: 'warning',
      layer: name,
      since: 0,
      saw: `${name} hands on ${grouped(width)} ${what}${width === 1 ? '' : 's'} of a row of ${grouped(inputs)}, and ${grouped(outputs)} are to be answered`,
      why: 'whatever later layers need must fit through the narrowest one; what it drops is lost',
      try: [
        'more units there: at least as many as there are answers, better 16 or more',
        'less pooling before it, if it is an image',
      ],
      changes: [...poolLess(settings), ...widen(settings, 8)],
    };
  },
};

/** Whether a layer of one unit must tell more than two answers apart. */
const isLine = ({ kind, output }: History['layers'][number], outputs: number): boolean =>
  kind !== 'conv2d' && sizeOf(output) === 1 && outputs > 2;
