import { percent } from '../../../src/base/text.ts';
import { importances } from '../../../src/search/importance.ts';
import type { Trial } from '../../../src/search/trial.ts';
import { el, fillWith } from '../../dom.ts';
import type { Board } from './board.ts';
import { complete as completeState, signOf, stateNames } from './data.ts';

/** Trials below which nobody can say what mattered. */
const few = 15;

/** Which parameters decide whether a trial is among the best tenth, as bars. */
export function importanceBars(board: Board, onChoose: (parameter: string) => void) {
  const element = el('div', { className: 'bars' });
  let known = -1;
  return {
    element,
    /** @returns the parameters of which something can be said, the most important first; nothing where nothing is new */
    update(): readonly string[] {
      const { head } = board.data;
      const { space } = head.stages[head.stages.length - 1];
      const complete = board.data.trials.state.reduce((sum, one) => sum + Number(one === completeState), 0);
      if (complete === known) return [];
      known = complete;
      const done = completeTrials(board);
      const enough = new Set(
        space.filter(({ name }) => done.filter(({ values }) => name in values).length >= few).map(({ name }) => name),
      );
      const list = importances(space, done).filter(({ parameter }) => enough.has(parameter));
      const all = list.reduce((sum, { importance }) => sum + importance, 0);
      if (!(all > 0)) {
        fillWith(element, el('p', { className: 'soft' }, `It takes ${few} complete trials to say something.`));
        return [];
      }
      fillWith(
        element,
        list.map(({ parameter, importance }) => {
          const bar = el('i');
          bar.style.width = `${(100 * importance) / list[0].importance}%`;
          const row = el(
            'button',
            { type: 'button', title: `${parameter}: show it in the map` },
            el('span', { className: 'name' }, board.names[head.space.findIndex(({ name }) => name === parameter)]),
            el('span', { className: 'track' }, bar),
            el('span', { className: 'number' }, percent(importance / all, 0)),
          );
          row.addEventListener('click', () => onChoose(parameter));
          return row;
        }),
      );
      return list.map(({ parameter }) => parameter);
    },
  };
}

/** Those that can be compared with each other, as the library takes them. */
function completeTrials(board: Board): Trial[] {
  const { head, trials } = board.data;
  const sign = signOf(head);
  const done: Trial[] = [];
  for (let i = 0; i < trials.count; i++) {
    if (trials.state[i] !== completeState || !board.isComparable(i)) continue;
    const values: Record<string, number> = {};
    for (const [k, { name }] of head.space.entries())
      if (!Number.isNaN(trials.values[k][i])) values[name] = trials.values[k][i];
    const objectives = [sign * trials.results[0][i]];
    done.push({ number: i, state: stateNames[completeState], values, objectives, reports: [] });
  }
  return done;
}
