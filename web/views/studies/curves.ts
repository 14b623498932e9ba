import { axisOf, valueAxis } from '../../draw/axis.ts';
import { type Drawing, Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import { type Board, isLeader, lineStrength } from './board.ts';
import { pruned, signOf } from './data.ts';
import { axisLabels, type Frame, grid } from './scatter.ts';

const mostLines = 6000;

/** What trials reported step by step; where a pruned one ends stands a cross. */
export function curvePlot(board: Board): Plot {
  let frame: Frame;
  let [x, y] = [axisOf(0, 1, false), axisOf(0, 1, false)];
  const px = (k: number) => frame.left + x.at(board.data.trials.step[k]) * (frame.right - frame.left);
  const py = (k: number) => {
    const { report } = board.data.trials;
    const beyond = signOf(board.data.head) > 0 ? 1.03 : -0.03;
    const at = y.at(report[k]);
    return frame.bottom - (Number.isNaN(at) || at > 1.03 || at < -0.03 ? beyond : at) * (frame.bottom - frame.top);
  };
  const drawing: Drawing = {
    layout(width, height) {
      const { head, trials } = board.data;
      const axis = height - 30;
      // What is beyond the axis has room on the side of the worse values.
      const [above, below] = signOf(head) > 0 ? [14, 0] : [0, 14];
      frame = { left: 52, right: width - 14, top: 8 + above, bottom: axis - below, axis };
      const last = trials.step.reduce((most, step) => Math.max(most, step), 1);
      x = axisOf(1, Math.max(2, last), false, 6);
      x = { ...x, ticks: x.ticks.filter(({ text }) => /^[\d,]+$/.test(text)) };
      y = valueAxis(trials.report, signOf(head), board.log);
      return [
        ...axisLabels({ x, y }, frame, 'step'),
        { x: frame.right, y: frame.axis + 14, text: 'step', align: 'right', kind: 'axis' },
      ];
    },
    under: (ctx) => grid(ctx, board, { x, y }, frame),
    *paint(raster) {
      const { reportsAt, state } = board.data.trials;
      const order = board.order(mostLines);
      const alpha = lineStrength(Math.min(order.length, board.count));
      for (const [n, i] of order.entries()) {
        if (n % 600 === 599) yield;
        const [from, to] = [reportsAt[i], reportsAt[i + 1]];
        const shown = board.shown[i] === 1;
        const color = shown ? board.color(i) : board.theme.grey;
        const strength = shown ? Math.min(1, alpha * (isLeader(board, i) ? 4 : 1)) : 0.05;
        for (let k = from; k < to - 1; k++) raster.line(px(k), py(k), px(k + 1), py(k + 1), color, strength);
        if (to === from || !shown) continue;
        if (state[i] === pruned) raster.mark('cross', px(to - 1), py(to - 1), 3, color, Math.min(0.95, 3 * alpha));
        else if (to - from === 1) raster.mark('disc', px(from), py(from), 1.8, color, alpha);
      }
    },
    trace(ctx, i) {
      const { reportsAt } = board.data.trials;
      for (const [thick, color] of [
        [5, board.theme.paper],
        [2.5, board.theme.orange],
      ] as const) {
        ctx.beginPath();
        for (let k = reportsAt[i]; k < reportsAt[i + 1]; k++) ctx.lineTo(px(k), py(k));
        ctx.lineWidth = thick;
        ctx.lineJoin = 'round';
        ctx.strokeStyle = css(color, 0.95);
        ctx.stroke();
      }
    },
    pick(mx, my) {
      const { reportsAt, count } = board.data.trials;
      let [found, least] = [-1, 12 ** 2];
      for (let i = 0; i < count; i++) {
        if (!board.shown[i]) continue;
        for (let k = reportsAt[i]; k < reportsAt[i + 1]; k++) {
          const dx = px(k) - mx;
          if (dx > 14 || dx < -14) continue;
          const distance = dx * dx + (py(k) - my) ** 2;
          if (distance < least) [found, least] = [i, distance];
        }
      }
      return found;
    },
  };
  return new Plot(drawing, 330, 'What trials reported, step by step');
}
