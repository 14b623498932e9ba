import type { Axis } from '../../draw/axis.ts';
import { type Drawing, type Label, nearest } from '../../draw/plot.ts';
import type { Raster } from '../../draw/raster.ts';
import { css } from '../../draw/theme.ts';
import { type Board, strength } from './board.ts';

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Where the horizontal axis lies: below the values, or below what is beyond them. */
  readonly axis: number;
}

/** Room for what lies beyond the vertical axis. */
const beyondRoom = 14;

export interface Points {
  readonly x: Axis;
  readonly y: Axis;
  /** Columns by trial. */
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** What the axes are called, where the title does not say it. */
  readonly names?: readonly [across: string, upwards?: string];
  /** Where what is beyond the vertical axis stands; nowhere, unless said. */
  readonly beyond?: 'top' | 'bottom';
  readonly margin?: Partial<Margin>;
}

type Margin = Omit<Frame, 'axis'>;
const usual: Margin = { left: 52, right: 12, top: 14, bottom: 30 };

/** Trials as marks at two of their numbers. */
export function scatter(
  board: Board,
  points: (width: number, height: number) => Points,
  more: {
    under?: (ctx: CanvasRenderingContext2D, frame: Frame, points: Points) => void;
    over?: (ctx: CanvasRenderingContext2D, frame: Frame, points: Points) => void;
  } = {},
): Drawing {
  let frame: Frame = { ...usual, axis: 0 };
  let now: Points;
  let [px, py] = [new Float32Array(), new Float32Array()];
  let away = new Uint8Array();
  return {
    layout(width, height) {
      now = points(width, height);
      const margin = { ...usual, ...now.margin };
      const axis = height - margin.bottom;
      frame = {
        ...{ left: margin.left, right: width - margin.right, axis },
        top: margin.top + (now.beyond === 'top' ? beyondRoom : 0),
        bottom: axis - (now.beyond === 'bottom' ? beyondRoom : 0),
      };
      const { count } = board.data.trials;
      [px, py, away] = [
        new Float32Array(count).fill(Number.NaN),
        new Float32Array(count).fill(Number.NaN),
        new Uint8Array(count),
      ];
      for (let i = 0; i < count; i++) {
        const [x, y] = [now.x.at(now.xs[i]), now.y.at(now.ys[i])];
        if (Number.isNaN(x) || x < -0.001 || x > 1.001) continue;
        px[i] = frame.left + x * (frame.right - frame.left);
        if (y >= -0.001 && y <= 1.001) py[i] = frame.bottom - y * (frame.bottom - frame.top);
        else if (now.beyond && board.data.trials.state[i] !== 0) {
          away[i] = 1;
          py[i] = now.beyond === 'top' ? frame.top - 7 : frame.bottom + 7;
        }
      }
      return [...axisLabels(now, frame, now.names?.[0]), ...namesOf(now, frame)];
    },
    under(ctx) {
      grid(ctx, board, now, frame);
      more.under?.(ctx, frame, now);
    },
    *paint(raster: Raster) {
      const { radius, alpha } = strength(board.count);
      const halo = board.count <= 1500;
      // More marks than this only lie on each other.
      const most = 0.5 * (frame.right - frame.left) * (frame.bottom - frame.top);
      for (const [k, i] of board.order(most).entries()) {
        if (k % 4000 === 3999) yield;
        if (Number.isNaN(py[i])) continue;
        const kind = away[i] ? (now.beyond === 'top' ? 'beyond' : 'triangle') : board.mark(i);
        if (board.shown[i] && halo && !away[i]) raster.mark('disc', px[i], py[i], radius + 1.2, board.theme.paper, 0.7);
        if (board.shown[i])
          raster.mark(kind, px[i], py[i], kind === 'disc' ? radius : radius * 1.25, board.color(i), alpha);
        else raster.mark(kind, px[i], py[i], radius * 0.8, board.theme.grey, 0.16);
      }
    },
    over: (ctx) => more.over?.(ctx, frame, now),
    trace(ctx, i) {
      if (!Number.isNaN(py[i])) spot(ctx, board, px[i], py[i], i === board.hover);
    },
    pick: (x, y) => {
      const found = nearest(px, py, x, y);
      return found >= 0 && board.shown[found] ? found : -1;
    },
  };
}

function namesOf({ names }: Points, { left, right, top, axis }: Frame): Label[] {
  if (!names) return [];
  return [
    { x: right, y: axis + 14, text: names[0], align: 'right', kind: 'axis' },
    ...(names[1] === undefined
      ? []
      : [{ x: left + 6, y: top + 10, text: names[1], align: 'left', kind: 'axis' } as const]),
  ];
}

/** A place that nobody can overlook. */
export function spot(ctx: CanvasRenderingContext2D, { theme }: Board, x: number, y: number, hovered: boolean): void {
  ctx.beginPath();
  ctx.arc(x, y, hovered ? 5 : 5.5, 0, 2 * Math.PI);
  ctx.fillStyle = css(hovered ? theme.orange : theme.paper);
  ctx.fill();
  ctx.lineWidth = hovered ? 2 : 3;
  ctx.strokeStyle = css(hovered ? theme.paper : theme.orange);
  ctx.stroke();
}

export function grid(
  ctx: CanvasRenderingContext2D,
  { theme }: Board,
  { x, y }: { x: Axis; y: Axis },
  { left, right, top, bottom, axis }: Frame,
): void {
  ctx.lineWidth = 1;
  ctx.strokeStyle = css(theme.line);
  ctx.beginPath();
  for (const { at } of y.ticks) {
    const place = Math.round(bottom - at * (bottom - top)) + 0.5;
    ctx.moveTo(left, place);
    ctx.lineTo(right, place);
  }
  ctx.stroke();
  ctx.strokeStyle = css(theme.grey);
  ctx.beginPath();
  for (const { at } of x.ticks) {
    const place = Math.round(left + at * (right - left)) + 0.5;
    ctx.moveTo(place, axis);
    ctx.lineTo(place, axis + 4);
  }
  ctx.moveTo(left, axis + 0.5);
  ctx.lineTo(right, axis + 0.5);
  ctx.stroke();
}

/** @param name of the horizontal axis, which stands below its end */
export function axisLabels(
  { x, y }: { x: Axis; y: Axis },
  { left, right, top, bottom, axis }: Frame,
  name = '',
): Label[] {
  const width = right - left;
  const most = Math.max(6, Math.floor(width / Math.max(1, x.ticks.length) / 6.3));
  const across = x.ticks.map(({ at, text }) => ({
    x: left + at * width,
    y: axis + 14,
    text: text.length > most ? `${text.slice(0, most - 1)}…` : text,
    title: text,
  }));
  return [
    ...y.ticks.map(({ at, text }): Label => ({ x: left - 7, y: bottom - at * (bottom - top), text, align: 'right' })),
    ...apart(across, name === '' ? Number.POSITIVE_INFINITY : right - 6.6 * name.length - 6),
  ];
}

/** Labels that do not touch the one before them, nor what lies beyond an end. */
function apart<T extends Label>(labels: readonly T[], end: number): T[] {
  let last = Number.NEGATIVE_INFINITY;
  return labels.filter(({ x, text }) => {
    const half = 3.3 * text.length;
    const fits = x - half > last + 7 && x + half < end;
    if (fits) last = x + half;
    return fits;
  });
}
