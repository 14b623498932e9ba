import { el } from '../../dom.ts';
import { parameterAxis } from '../../draw/axis.ts';
import { Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import type { Board } from './board.ts';
import { signOf } from './data.ts';
import { scatter } from './scatter.ts';

/** One small plot for each parameter: what came of its values. */
export function slicePlots(board: Board): {
  readonly element: HTMLElement;
  readonly plots: readonly Plot[];
  update(): void;
} {
  const element = el('div', { className: 'slices' });
  const { length } = board.data.head.space;
  // As few gaps in the last row as possible.
  const gaps = (columns: number) => (columns - (length % columns)) % columns;
  element.style.setProperty('--columns', String([5, 6, 4].sort((a, b) => gaps(a) - gaps(b))[0]));
  const signs = new Map<string, HTMLElement>();
  const plots = board.data.head.space.map(({ name }, index) => {
    const plot = new Plot(sliceOf(board, index), 168, `Values against ${name}`);
    const title = el('h4', { title: name }, board.names[index]);
    const warning = el('span', { className: 'edge', hidden: true, title: '' }, ' ⚠');
    title.append(warning);
    signs.set(name, warning);
    element.append(el('figure', {}, title, plot.element));
    return plot;
  });
  return {
    element,
    plots,
    update(): void {
      for (const [name, sign] of signs) {
        const warning = board.data.head.warnings.find(({ parameter }) => parameter === name);
        sign.hidden = !warning;
        sign.title = warning?.words ?? '';
      }
    },
  };
}

const edgeOf = (board: Board, name: string) =>
  board.data.head.warnings.find((one) => one.kind === 'edge' && one.parameter === name);

function sliceOf(board: Board, index: number) {
  const parameterNow = () => board.data.head.space[index];
  return scatter(
    board,
    (width) => {
      const { head, trials } = board.data;
      const x = parameterAxis(parameterNow(), Math.max(2, Math.floor(width / 70)));
      const column = trials.values[index];
      const { kind } = parameterNow();
      // Choices and few whole numbers would lie on each other: they are spread a little, always in the same way.
      const spread = kind === 'choice' ? 0.5 : 0;
      const xs = spread === 0 ? column : column.map((value, i) => value + spread * (((i * 0.618034) % 1) - 0.5));
      return {
        ...{ x, y: board.axis(3), xs, ys: board.values },
        beyond: signOf(head) > 0 ? 'top' : 'bottom',
        margin: { left: 42, right: 8, bottom: 24, top: 6 },
      };
    },
    {
      under(ctx, { left, right, top, bottom }, { x }) {
        const parameter = parameterNow();
        if (parameter.kind === 'choice') return;
        const { stages } = board.data.head;
        const place = (value: number) => left + Math.min(1, Math.max(0, x.at(value))) * (right - left);
        for (const [stage, { space }] of stages.entries()) {
          const range = space.find(({ name }) => name === parameter.name);
          if (stage === 0 || !range || range.kind === 'choice') continue;
          ctx.fillStyle = css(board.theme.blue, 0.07);
          ctx.fillRect(place(range.low), top, place(range.high) - place(range.low), bottom - top);
        }
        const edge = edgeOf(board, parameter.name);
        if (!edge?.range) return;
        const low = edge.range.low < parameter.low;
        ctx.fillStyle = css(board.theme.orange, 0.9);
        ctx.fillRect(low ? left - 1 : right - 2, top, 3, bottom - top);
      },
    },
  );
}
