import { duration } from '../../../src/base/text.ts';
import { type Axis, axisOf } from '../../draw/axis.ts';
import { type Drawing, type Label, Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import type { Board } from './board.ts';
import { complete, failed, pruned } from './data.ts';
import { axisLabels, type Frame } from './scatter.ts';

/** When each worker was busy with which trial. Complete ones are bars of full height, pruned ones half, failed ones a third. */
export function timelinePlot(board: Board): Plot {
  let frame: Frame;
  let x: Axis = axisOf(0, 1, false);
  let [row, now] = [20, 0];
  /** Lanes of workers that have no name: as many as trials ran side by side. */
  let lanes = new Uint16Array();
  let names: readonly string[] = [];
  const share: Readonly<Record<number, number>> = { [complete]: 1, [pruned]: 0.55, [failed]: 0.3 };
  const boxOf = (i: number) => {
    const { started, ended, state } = board.data.trials;
    const from = frame.left + x.at(started[i]) * (frame.right - frame.left);
    const to = frame.left + x.at(Number.isNaN(ended[i]) ? now : ended[i]) * (frame.right - frame.left);
    const height = Math.max(1, (row - Math.min(4, row * 0.25)) * (share[state[i]] ?? 0.8));
    return {
      x: from,
      y: frame.top + (lanes[i] + 0.5) * row - height / 2,
      width: Math.max(0.8, to - from - 0.5),
      height,
    };
  };
  const drawing: Drawing = {
    layout(width, height) {
      const { count, started, ended } = board.data.trials;
      [lanes, names] = lanesOf(board);
      const left = Math.min(120, 20 + 6.4 * Math.max(...names.map((name) => name.length), 1));
      frame = { left, right: width - 16, top: 10, bottom: height - 30, axis: height - 30 };
      row = (frame.bottom - frame.top) / Math.max(1, names.length);
      let [first, last] = [Number.POSITIVE_INFINITY, 0];
      for (let i = 0; i < count; i++) {
        if (started[i] < first) first = started[i];
        if (ended[i] > last) last = ended[i];
        if (started[i] > last) last = started[i];
      }
      now = last;
      if (first > last) [first, last] = [0, 1];
      x = axisOf(first, last, false, 6);
      const span = last - first;
      const step =
        [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400].find(
          (size) => size * 7 >= span,
        ) ?? span / 6;
      const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, k) => ({
        at: x.at(first + k * step),
        text: k === 0 ? '0' : duration(k * step).replace(/ 00 (s|min)$/, ''),
      }));
      x = { ...x, ticks };
      const every = Math.ceil(14 / Math.max(1, row));
      return [
        ...axisLabels({ x, y: { ...x, ticks: [] } }, frame),
        ...names.flatMap((text, lane): Label[] =>
          lane % every === 0
            ? [{ x: left - 8, y: frame.top + (lane + 0.5) * row, text: text.slice(0, 16), align: 'right', title: text }]
            : [],
        ),
      ];
    },
    under(ctx) {
      for (const lane of names.keys()) {
        ctx.fillStyle = css(board.theme.wash);
        ctx.fillRect(frame.left, frame.top + lane * row + 1, frame.right - frame.left, Math.max(1, row - 2));
      }
      ctx.strokeStyle = css(board.theme.grey);
      ctx.beginPath();
      ctx.moveTo(frame.left, frame.bottom + 0.5);
      ctx.lineTo(frame.right, frame.bottom + 0.5);
      ctx.stroke();
    },
    *paint(raster) {
      const { started, state, count } = board.data.trials;
      const dense = count > 3000 ? 0.5 : 0.95;
      for (let i = 0; i < count; i++) {
        if (i % 5000 === 4999) yield;
        if (Number.isNaN(started[i])) continue;
        const { x, y, width, height } = boxOf(i);
        const color = state[i] === failed ? board.theme.orange : board.color(i);
        raster.rect(x, y, width, height, color, board.shown[i] ? dense : 0.12);
      }
    },
    trace(ctx, i) {
      if (Number.isNaN(board.data.trials.started[i])) return;
      const { x, y, width, height } = boxOf(i);
      ctx.strokeStyle = css(board.theme.orange);
      ctx.fillStyle = css(board.theme.orange);
      ctx.lineWidth = 2;
      ctx.fillRect(x, y, width, height);
      ctx.strokeRect(x - 1, y - 1, width + 2, height + 2);
    },
    pick(mx, my) {
      const { started, count } = board.data.trials;
      for (let i = 0; i < count; i++) {
        if (Number.isNaN(started[i]) || Math.abs(frame.top + (lanes[i] + 0.5) * row - my) > row / 2) continue;
        const { x, width } = boxOf(i);
        if (mx >= x - 1 && mx <= x + width + 1) return i;
      }
      return -1;
    },
  };
  const lanesAtFirst = lanesOf(board)[1].length;
  return new Plot(drawing, Math.min(240, 60 + 46 * lanesAtFirst), 'When each worker was busy with which trial');
}

/** A lane for each worker; where workers have no names, trials are laid side by side as they ran. */
function lanesOf(board: Board): [Uint16Array<ArrayBuffer>, readonly string[]] {
  const { count, started, ended, worker, workers } = board.data.trials;
  if (workers.length > 0) {
    const order = workers
      .map((name, i) => ({ name, i }))
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    const lane = new Map(order.map(({ i }, at) => [i, at]));
    return [Uint16Array.from({ length: count }, (_, i) => lane.get(worker[i]) ?? 0), order.map(({ name }) => name)];
  }
  const free: number[] = [];
  const lanes = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(started[i])) continue;
    let lane = free.findIndex((until) => until <= started[i]);
    if (lane < 0) lane = free.length;
    free[lane] = Number.isNaN(ended[i]) ? Number.POSITIVE_INFINITY : ended[i];
    lanes[i] = lane;
  }
  return [lanes, Array.from({ length: Math.max(1, free.length) }, (_, i) => String(i + 1))];
}
