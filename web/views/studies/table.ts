import { duration, grouped, short } from '../../../src/base/text.ts';
import { el, fillWith } from '../../dom.ts';
import { valueText } from '../../draw/axis.ts';
import type { Board } from './board.ts';
import { signOf, stateNames } from './data.ts';
import { stateMark } from './marks.ts';

interface Column {
  readonly name: string;
  readonly title?: string;
  /** By which rows are sorted. */
  readonly key: (trial: number) => number;
  readonly show: (trial: number) => string | Node;
  readonly width: number;
  readonly text?: boolean;
}

const rowHeight = 28;

/** All trials that are shown, in any order; only the rows that can be seen are in the page. */
export function trialTable(
  board: Board,
  onHover: (trial: number, event?: MouseEvent) => void,
  onSelect: (trial: number) => void,
) {
  let sorted = { column: 2, down: false };
  let order = new Int32Array();
  const head = el('div', { className: 'row head', attr: { role: 'row' } });
  const rows = el('div', { className: 'rows' });
  const body = el(
    'div',
    { className: 'scroller', tabIndex: 0, attr: { role: 'table', 'aria-label': 'Trials' } },
    head,
    rows,
  );
  const element = el('div', { className: 'table' }, body);
  const seconds = (x: number) => (Number.isNaN(x) ? '' : duration(x));
  const plain = (x: number) => (Number.isNaN(x) ? '' : grouped(x));

  const columns = (): Column[] => {
    const { head, trials } = board.data;
    const { reportsAt, state, results } = trials;
    const steps = (i: number) => reportsAt[i + 1] - reportsAt[i];
    const value = (k: number) => (i: number) =>
      state[i] === 1
        ? short(results[k][i])
        : k === 0 && !Number.isNaN(board.values[i])
          ? `(${short(board.values[i])})`
          : '';
    return [
      { name: 'trial', key: (i) => i, show: String, width: 64 },
      {
        name: 'state',
        key: (i) => state[i],
        show: (i) => el('span', { className: 'state' }, stateMark(state[i]), stateNames[state[i]]),
        width: 112,
        text: true,
      },
      ...head.objectives.map(({ name }, k) => {
        const sign = signOf(head, k);
        const key = (i: number) => sign * (k === 0 ? board.values[i] : results[k][i]);
        // Complete ones before those that only reported.
        return {
          name,
          key: (i: number) => key(i) + (k === 0 && state[i] !== 1 ? 1e300 : 0),
          show: value(k),
          width: Math.max(96, 8 * name.length + 24),
        };
      }),
      { name: 'steps', key: steps, show: (i) => plain(steps(i)), width: 64 },
      { name: 'time', key: (i) => trials.seconds[i], show: (i) => seconds(trials.seconds[i]), width: 96 },
      ...(head.stages.length > 1
        ? [
            {
              name: 'stage',
              key: (i: number) => trials.stage[i],
              show: (i: number) => String(trials.stage[i] + 1),
              width: 60,
            },
          ]
        : []),
      ...head.space.map(
        (parameter, k): Column => ({
          name: board.names[k],
          title: parameter.name,
          key: (i) => trials.values[k][i],
          show: (i) => valueText(parameter, trials.values[k][i]),
          width: Math.max(96, 8 * board.names[k].length + 24),
          text: parameter.kind === 'choice',
        }),
      ),
    ];
  };
  let now = columns();

  const cell = ({ width, text }: Column, content: string | Node, properties: object = {}) => {
    const element = el('span', { className: text ? 'cell text' : 'cell', ...properties }, content);
    element.style.width = `${width}px`;
    return element;
  };

  function drawRows(): void {
    const first = Math.max(0, Math.floor(body.scrollTop / rowHeight) - 6);
    const last = Math.min(order.length, first + Math.ceil(body.clientHeight / rowHeight) + 12);
    const visible: HTMLElement[] = [];
    for (let at = first; at < last; at++) {
      const trial = order[at];
      const row = el(
        'div',
        {
          className: `row${trial === board.selected ? ' selected' : ''}${trial === board.hover ? ' hovered' : ''}`,
          attr: { role: 'row' },
        },
        now.map((column) => cell(column, column.show(trial), { role: 'cell' })),
      );
      row.dataset.trial = String(trial);
      row.style.top = `${at * rowHeight}px`;
      visible.push(row);
    }
    rows.replaceChildren(...visible);
  }

  function sort(): void {
    const { column, down } = sorted;
    const keys = Float64Array.from({ length: board.data.trials.count }, (_, i) => now[column].key(i));
    const shown: number[] = [];
    for (let i = 0; i < keys.length; i++) if (board.shown[i]) shown.push(i);
    const way = down ? -1 : 1;
    // What has no value stands last, either way.
    const worth = (x: number) => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : way * x);
    for (const i of keys.keys()) keys[i] = worth(keys[i]);
    order = Int32Array.from(shown).sort((a, b) => (keys[a] === keys[b] ? a - b : keys[a] < keys[b] ? -1 : 1));
    rows.style.height = `${order.length * rowHeight}px`;
    drawRows();
  }

  function drawHead(): void {
    fillWith(
      head,
      now.map((column, i) => {
        const button = el(
          'button',
          { type: 'button', title: column.title ?? column.name },
          column.name,
          sorted.column === i && (sorted.down ? ' ↓' : ' ↑'),
        );
        button.addEventListener('click', () => {
          sorted = { column: i, down: sorted.column === i && !sorted.down };
          drawHead();
          sort();
        });
        const heading = cell(column, button, { role: 'columnheader' });
        if (sorted.column === i) heading.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
        return heading;
      }),
    );
    const width = `${now.reduce((sum, { width }) => sum + width, 0)}px`;
    head.style.width = rows.style.width = width;
  }

  const trialAt = (event: Event) =>
    Number((event.target as HTMLElement).closest<HTMLElement>('[data-trial]')?.dataset.trial ?? -1);
  body.addEventListener('scroll', () => requestAnimationFrame(drawRows), { passive: true });
  rows.addEventListener('pointermove', (event) => onHover(trialAt(event)));
  rows.addEventListener('pointerleave', () => onHover(-1));
  rows.addEventListener('click', (event) => onSelect(trialAt(event)));
  body.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined || order.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = order.indexOf(board.selected);
    const next = at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by));
    const [top, bottom] = [next * rowHeight, (next + 2) * rowHeight];
    if (top < body.scrollTop) body.scrollTop = top;
    if (bottom > body.scrollTop + body.clientHeight) body.scrollTop = bottom - body.clientHeight;
    onSelect(order[next]);
  });

  return {
    element,
    update(): void {
      now = columns();
      drawHead();
      sort();
    },
    mark(): void {
      for (const row of rows.children as HTMLCollectionOf<HTMLElement>) {
        row.classList.toggle('hovered', Number(row.dataset.trial) === board.hover);
        row.classList.toggle('selected', Number(row.dataset.trial) === board.selected);
      }
    },
  };
}
