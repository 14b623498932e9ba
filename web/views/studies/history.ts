import { axisOf } from '../../draw/axis.ts';
import { Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import type { Board } from './board.ts';
import { complete, signOf } from './data.ts';
import { type Frame, type Points, scatter } from './scatter.ts';

/** More trials than this crowd. */
const crowd = 1500;

/** Values in the order of the trials, with the best so far as a line. */
export function historyPlot(board: Board): Plot {
  const drawing = scatter(
    board,
    () => {
      const { head, trials } = board.data;
      const y = board.axis();
      const x = axisOf(0, Math.max(1, trials.count - 1), false, 7);
      return {
        names: ['trial'] as const,
        ...{ x, y, xs: Float64Array.from({ length: trials.count }, (_, i) => i), ys: board.values },
        beyond: signOf(head) > 0 ? 'top' : 'bottom',
      };
    },
    {
      under(ctx, frame, points) {
        if (board.count <= crowd) bestLine(board, ctx, frame, points);
        const { left, right, top, bottom } = frame;
        const { x } = points;
        const { stages } = board.data.head;
        if (stages.length < 2) return;
        const starts = stages.map((_, stage) => board.data.trials.stage.indexOf(stage));
        for (const [stage, start] of starts.entries()) {
          if (start < 0) continue;
          const next = starts.slice(stage + 1).find((one) => one >= 0);
          const from = Math.max(left, left + x.at(start - 0.5) * (right - left));
          const to = next === undefined ? right : left + x.at(next - 0.5) * (right - left);
          ctx.fillStyle = css(board.theme.ink, stage % 2 === 0 ? 0 : 0.05);
          ctx.fillRect(from, top, to - from, bottom - top);
          ctx.fillStyle = css(board.theme.soft);
          ctx.font = '11.5px system-ui, sans-serif';
          ctx.fillText(`stage ${stage + 1}`, from + 6, top + 13, Math.max(1, to - from - 8));
        }
      },
      // Few marks lie over the line, so that the best ones are seen; many would bury it.
      over(ctx, frame, points) {
        if (board.count > crowd) bestLine(board, ctx, frame, points);
      },
    },
  );
  return new Plot(drawing, 300, 'Values in the order of the trials, and the best so far as a line');
}

/** The best value so far, as a step line. */
function bestLine(
  board: Board,
  ctx: CanvasRenderingContext2D,
  { left, right, top, bottom }: Frame,
  { x, y }: Points,
): void {
  const { head, trials } = board.data;
  const sign = signOf(head);
  // Trials of other lengths cannot be compared: each length has a line of its own.
  const bests = new Map<number, number>();
  let [length, last, to] = [Number.NaN, Number.NaN, left];
  ctx.beginPath();
  for (const [i, value] of board.values.entries()) {
    if (trials.state[i] !== complete) continue;
    const own = head.stages[trials.stage[i]].length;
    const before = bests.get(own) ?? Number.POSITIVE_INFINITY;
    if (own === length && !(sign * value < before)) continue;
    const best = Number.isNaN(value) ? before : Math.min(before, sign * value);
    if (best === Number.POSITIVE_INFINITY) continue;
    bests.set(own, best);
    const [px, py] = [left + x.at(i) * (right - left), bottom - Math.min(1, y.at(sign * best)) * (bottom - top)];
    if (!Number.isNaN(last)) ctx.lineTo(px, last);
    if (own === length) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    [length, last, to] = [own, py, right];
  }
  if (!Number.isNaN(last)) ctx.lineTo(to, last);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 2;
  ctx.strokeStyle = css(board.theme.orange);
  ctx.stroke();
}
