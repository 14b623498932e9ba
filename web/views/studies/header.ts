import { duration, grouped, short } from '../../../src/base/text.ts';
import { el, fillWith } from '../../dom.ts';
import type { Board } from './board.ts';
import { stateNames, stateWord } from './data.ts';
import { stateMark } from './marks.ts';
import { frontOf } from './pareto.ts';

/** What a study is and what it came to, above its panels. */
export function studyHeader(board: Board, onBest: () => void) {
  const title = el('h1');
  const facts = el('dl', { className: 'facts' });
  const notes = el('ul', { className: 'notes' });
  const best = el('button', { type: 'button', className: 'best', title: 'Select the best trial' });
  best.addEventListener('click', onBest);
  const element = el(
    'section',
    { className: 'header' },
    el('div', { className: 'lead' }, el('div', {}, title, facts), best),
    notes,
  );
  return {
    element,
    update(): void {
      const { head, trials } = board.data;
      const [objective] = head.objectives;
      fillWith(title, head.name, el('span', { className: `chip ${head.state}` }, head.state));
      const counts = stateNames.map((_, state) => trials.state.reduce((sum, one) => sum + Number(one === state), 0));
      fillWith(
        facts,
        fact(
          'trials',
          el(
            'span',
            { className: 'counts' },
            stateNames.flatMap((name, state) =>
              counts[state] > 0
                ? [el('span', {}, stateMark(state), `${grouped(counts[state])} ${stateWord(name, head.state)}`)]
                : [],
            ),
          ),
        ),
        fact(
          head.objectives.length > 1 ? 'objectives' : 'objective',
          head.objectives.map(({ name, better }) => `${name}, ${better} is better`).join('; '),
        ),
        fact('sampler', nameOf(head.sampler)),
        fact('pruner', head.pruner ? nameOf(head.pruner) : 'none'),
        fact('budget', budgetOf(head.budget)),
        fact('took', tookOf(board)),
      );
      fillWith(
        notes,
        head.warnings.map(({ words }) => el('li', {}, words)),
      );
      notes.hidden = head.warnings.length === 0;
      if (head.objectives.length > 1) {
        const count = frontOf(board.data).length;
        fillWith(
          best,
          el('small', {}, 'Pareto front'),
          el('b', {}, grouped(count)),
          el('small', {}, count === 1 ? 'trial' : 'trials'),
        );
        best.disabled = true;
      } else {
        best.disabled = board.best < 0;
        fillWith(
          best,
          el('small', {}, `best ${objective?.name ?? ''}`),
          el('b', {}, board.best < 0 ? '–' : short(board.values[board.best])),
          el('small', {}, board.best < 0 ? 'no trial is complete yet' : `trial ${board.best}`),
        );
      }
    },
  };
}

const fact = (name: string, content: string | Node) => el('div', {}, el('dt', {}, name), el('dd', {}, content));
const nameOf = (picked: unknown): string => (picked as { kind?: string })?.kind ?? String(picked);

function budgetOf(budget: unknown): string {
  const { trials, updates, seconds } = (budget ?? {}) as { trials?: number; updates?: number; seconds?: number };
  const parts = [
    ...(trials === undefined ? [] : [`${grouped(trials)} trials`]),
    ...(updates === undefined ? [] : [`${grouped(updates)} updates`]),
    ...(seconds === undefined || !Number.isFinite(seconds) ? [] : [duration(seconds)]),
  ];
  return parts.join(', ') || 'not limited';
}

function tookOf({ data: { trials } }: Board): string {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of trials.started) if (time < first) first = time;
  for (const time of trials.ended) if (time > last) last = time;
  return last >= first ? duration(last - first) : '–';
}
