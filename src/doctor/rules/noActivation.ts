import { sizeOf } from '../../base/index.ts';
import { bends, insertActivations, isLinear } from '../changes.ts';
import { stagnation } from '../effects.ts';
import type { History } from '../history.ts';
import { learnedLess, liftOf } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** A network that learned so much has no need of what it lacks. */
const enough = 0.9;

/** Two layers with weights and nothing between them that bends. */
export const noActivation: Rule = {
  question: 'Is there something nonlinear between each two layers with weights?',
  needs: [],
  leadsTo: stagnation,
  look(history) {
    const pair = barePair(history);
    if (!pair) return undefined;
    const [first, second] = pair;
    const all = !history.layers.some(({ kind }) => bends(kind));
    return {
      severity: liftOf(history) >= enough ? 'info' : all && learnedLess(history, 0.5) ? 'error' : 'warning',
      layer: first,
      since: 0,
      saw: `${first} and ${second} follow one another without an activation${all ? '; the whole network has none' : ''}`,
      why: 'two linear layers in a row can do no more than one: the network is less deep than it looks, and without any activation it can only draw straight lines',
      try: ['put "relu" between them', 'leave one of them out, if a linear map is meant'],
      changes: insertActivations(history.settings),
    };
  },
};

/** A narrow layer between two wide ones is meant: it makes the map one of low rank, which a single layer is not. */
function barePair({ layers }: History): [string, string] | undefined {
  let bare: { name: string; narrow: boolean } | undefined;
  for (const { name, kind, input, output } of layers) {
    if (isLinear(kind)) {
      if (bare && !(bare.narrow && sizeOf(output) > sizeOf(input))) return [bare.name, name];
      bare = { name, narrow: sizeOf(output) < sizeOf(input) };
    } else if (bends(kind)) bare = undefined;
  }
  return undefined;
}
