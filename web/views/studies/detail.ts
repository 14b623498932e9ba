import { duration, grouped, short } from '../../../src/base/text.ts';
import { get } from '../../api.ts';
import { el, fillWith } from '../../dom.ts';
import { valueText } from '../../draw/axis.ts';
import type { Board } from './board.ts';
import { originNames, stateNames } from './data.ts';
import { stateMark } from './marks.ts';

/** What fits into so many letters stands in one line. */
const lineLength = 44;

/** JSON as people write it; what JSON cannot say, NaN and the infinities, as text. */
function jsonText(value: unknown, indent = ''): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = (inner: string) =>
    Array.isArray(value)
      ? value.map((one) => jsonText(one, inner))
      : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${jsonText(one, inner)}`);
  const room = open === '{' ? ' ' : '';
  const line = `${open}${room}${parts('').join(', ')}${room}${close}`;
  if (indent.length + line.length <= lineLength && !line.includes('\n')) return line;
  const inner = `${indent}  `;
  return `${open}\n${parts(inner)
    .map((part) => inner + part)
    .join(',\n')}\n${indent}${close}`;
}

const originWords: Readonly<Record<(typeof originNames)[number], string>> = {
  sampler: 'chosen by the sampler',
  wider: 'a look outside of the narrowed range',
  promoted: 'came from an earlier stage',
  given: 'given by a person',
};

/** What is known of a trial, in a line or two. */
function facts(board: Board, trial: number): string[] {
  const { head, trials } = board.data;
  const steps = trials.reportsAt[trial + 1] - trials.reportsAt[trial];
  const known = (value: number, words: (x: number) => string) => (Number.isNaN(value) ? [] : [words(value)]);
  return [
    ...(steps > 0 ? [steps === 1 ? '1 step' : `${grouped(steps)} steps`] : []),
    ...known(trials.seconds[trial], duration),
    ...known(trials.updates[trial], (n) => `${grouped(n)} updates`),
    ...known(trials.parameters[trial], (n) => `${grouped(n)} parameters`),
    ...(head.stages.length > 1 ? [`stage ${trials.stage[trial] + 1}`] : []),
    ...(trials.attempt[trial] > 1 ? [`attempt ${trials.attempt[trial]}`] : []),
  ];
}

const outcomeOf = (board: Board, trial: number): string => {
  const { head, trials } = board.data;
  if (trials.state[trial] === 1)
    return head.objectives.map(({ name }, k) => `${name} ${short(trials.results[k][trial])}`).join(' · ');
  const last = board.values[trial];
  return Number.isNaN(last) ? '' : `last ${head.objectives[0].name} ${short(last)}`;
};

const heading = (board: Board, trial: number) => [
  stateMark(board.data.trials.state[trial]),
  el('b', {}, `trial ${trial}`),
  ` ${stateNames[board.data.trials.state[trial]]}`,
  trial === board.best && ' · the best',
];

/** The small text beside the pointer. */
export function tooltip(board: Board) {
  const element = el('div', { id: 'tip', hidden: true, attr: { role: 'tooltip' } });
  return {
    element,
    show(trial: number, event?: MouseEvent): void {
      element.hidden = trial < 0 || !event;
      if (trial < 0 || !event) return;
      const { head, trials } = board.data;
      fillWith(
        element,
        el('div', { className: 'title' }, heading(board, trial)),
        el('div', { className: 'big' }, outcomeOf(board, trial)),
        el(
          'dl',
          {},
          head.space
            .slice(0, 12)
            .flatMap((parameter, k) =>
              Number.isNaN(trials.values[k][trial])
                ? []
                : [el('dt', {}, board.names[k]), el('dd', {}, valueText(parameter, trials.values[k][trial]))],
            ),
        ),
        el('div', { className: 'small' }, facts(board, trial).join(' · ')),
      );
      const { width, height } = element.getBoundingClientRect();
      const left = event.clientX + 18 + width > innerWidth ? event.clientX - 18 - width : event.clientX + 18;
      element.style.left = `${Math.max(6, left)}px`;
      element.style.top = `${Math.max(6, Math.min(innerHeight - height - 6, event.clientY - height / 2))}px`;
    },
  };
}

/** The selected trial, with its experiment to take along. */
export function detailCard(board: Board, onClose: () => void) {
  const element = el('aside', { id: 'detail', hidden: true, attr: { 'aria-label': 'the selected trial' } });
  let shown = '';
  return {
    element,
    async show(trial: number): Promise<void> {
      element.hidden = trial < 0;
      const { head, trials } = board.data;
      const state = trials.state[trial];
      const key = `${trial} ${state}`;
      if (trial < 0) shown = '';
      if (trial < 0 || key === shown) return;
      shown = key;
      const json = el('pre', { tabIndex: 0 }, '…');
      const copy = el('button', { type: 'button' }, 'Copy');
      const close = el('button', { type: 'button', title: 'Escape' }, 'Close');
      close.addEventListener('click', onClose);
      const why = trials.why.get(trial);
      fillWith(
        element,
        el(
          'div',
          { className: 'title' },
          el('span', {}, heading(board, trial)),
          el('span', { className: 'buttons' }, copy, close),
        ),
        el('p', { className: 'big' }, outcomeOf(board, trial)),
        el(
          'p',
          { className: 'soft' },
          [
            ...facts(board, trial),
            originWords[originNames[trials.origin[trial]]],
            ...(trials.control[trial] ? ['never pruned'] : []),
          ].join(' · '),
        ),
        why !== undefined && el('p', { className: 'why' }, why),
        json,
      );
      copy.addEventListener('click', async () => {
        const done = await navigator.clipboard?.writeText(json.textContent).then(
          () => true,
          () => false,
        );
        if (!done) getSelection()?.selectAllChildren(json);
        copy.textContent = done ? 'Copied' : 'Selected';
        setTimeout(() => (copy.textContent = 'Copy'), 1500);
      });
      try {
        const { experiment } = await get<{ experiment: unknown }>(
          `/api/studies/${encodeURIComponent(head.name)}/trials/${trial}`,
        );
        if (shown === key) json.textContent = jsonText(experiment);
      } catch (error) {
        json.textContent = (error as Error).message;
      }
    },
  };
}
