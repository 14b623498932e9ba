import { frontRanks } from '../../../src/search/front.ts';
import { el } from '../../dom.ts';
import { valueAxis } from '../../draw/axis.ts';
import { Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import type { Board } from './board.ts';
import { complete, type StudyData, signOf } from './data.ts';
import { scatter } from './scatter.ts';

/** Trials that no other one beats in every objective. */
export function frontOf({ head, trials }: StudyData): number[] {
  const done: number[] = [];
  for (let i = 0; i < trials.count; i++) if (trials.state[i] === complete) done.push(i);
  const signs = head.objectives.map((_, k) => signOf(head, k));
  const ranks = frontRanks(done.map((i) => trials.results.map((result, k) => signs[k] * result[i])));
  return done.filter((_, i) => ranks[i] === 0);
}

/** Two objectives against each other, and the front that no trial is beyond. */
export function paretoPlot(board: Board, redraw: () => void) {
  const { objectives } = board.data.head;
  const chosen = [0, 1];
  const selects = chosen.map((given, axis) => {
    const select = el(
      'select',
      { attr: { 'aria-label': axis === 0 ? 'across' : 'upwards' } },
      objectives.map(({ name }, i) => el('option', { value: String(i), selected: i === given }, name)),
    );
    select.addEventListener('change', () => {
      chosen[axis] = Number(select.value);
      redraw();
    });
    return select;
  });
  const drawing = scatter(
    board,
    () => {
      const { head, trials } = board.data;
      const [x, y] = chosen.map((k) => {
        const column = trials.results[k];
        const positive = column.every((value, i) => trials.state[i] !== complete || value > 0);
        const values = column.filter((value) => Number.isFinite(value));
        const wide = positive && Math.max(...values.subarray(0, 5000)) / Math.min(...values.subarray(0, 5000)) > 50;
        return valueAxis(column, signOf(head, k), wide);
      });
      const names = chosen.map((k) => head.objectives[k].name) as unknown as readonly [string, string];
      return {
        names,
        x,
        y,
        xs: trials.results[chosen[0]],
        ys: trials.results[chosen[1]],
        margin: { left: 60 },
      };
    },
    {
      over(ctx, { left, right, top, bottom }, { x, y, xs, ys }) {
        const sign = signOf(board.data.head, chosen[0]);
        const front = frontOf(board.data).sort((a, b) => sign * (xs[a] - xs[b]));
        const place = (i: number) =>
          [left + x.at(xs[i]) * (right - left), bottom - y.at(ys[i]) * (bottom - top)] as const;
        ctx.strokeStyle = css(board.theme.orange);
        ctx.lineWidth = 2;
        ctx.beginPath();
        let last: readonly [number, number] | undefined;
        for (const i of front) {
          const now = place(i);
          if (last && objectives.length === 2) ctx.lineTo(now[0], last[1]);
          if (objectives.length === 2) ctx.lineTo(now[0], now[1]);
          last = now;
        }
        ctx.stroke();
        for (const i of front) {
          const [px, py] = place(i);
          ctx.beginPath();
          ctx.arc(px, py, 5.5, 0, 2 * Math.PI);
          ctx.stroke();
        }
      },
    },
  );
  return {
    plot: new Plot(drawing, 330, 'Two objectives against each other'),
    controls: objectives.length > 2 ? [selects[0], el('span', {}, '×'), selects[1]] : [],
  };
}
