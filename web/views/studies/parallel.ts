import { short } from '../../../src/base/text.ts';
import { el } from '../../dom.ts';
import { type Axis, parameterAxis, valueAxis, valueText } from '../../draw/axis.ts';
import { type Drawing, type Label, Plot } from '../../draw/plot.ts';
import { css } from '../../draw/theme.ts';
import { type Board, isLeader, lineStrength } from './board.ts';
import { signOf } from './data.ts';

interface Line {
  /** As a brush knows it. */
  readonly key: string;
  readonly name: string;
  readonly short: string;
  readonly axis: Axis;
  readonly column: ArrayLike<number>;
  readonly text: (value: number) => string;
}

const [top, bottomRoom, side] = [46, 26, 56];
/** Most lines that are drawn at a time: more only lie on each other. */
const mostLines = 6000;

/** Every trial as a line through its values; a part of an axis can be brushed, and only what goes through it is shown anywhere. */
export function parallelPlot(board: Board, onBrush: () => void): Plot {
  let lines: readonly Line[] = [];
  let [width, height] = [0, 0];
  let places = new Float32Array();
  const brushes = el('div', { className: 'brushes' });
  const x = (k: number) => side + (k * (width - 2 * side)) / Math.max(1, lines.length - 1);
  const y = (at: number) => height - bottomRoom - at * (height - bottomRoom - top);
  const shareAt = (py: number) => Math.min(1, Math.max(0, (height - bottomRoom - py) / (height - bottomRoom - top)));
  /** Where there is no value, and where it lies beyond the axis. */
  const placed = (at: number) => (Number.isNaN(at) ? -0.045 : Math.min(1.02, Math.max(-0.02, at)));

  const linesNow = (): Line[] => {
    const { head, trials } = board.data;
    return [
      ...head.space.map((parameter, i) => ({
        ...{ key: parameter.name, name: parameter.name, short: board.names[i], column: trials.values[i] },
        axis: parameterAxis(parameter, 6),
        text: (value: number) => valueText(parameter, value),
      })),
      ...head.objectives.map(({ name }, i) => {
        const column = i === 0 ? board.values : trials.results[i];
        const axis = i === 0 ? board.axis(6) : valueAxis(column, signOf(head, i), false, 6);
        return { key: `= ${name}`, name, short: name, column, axis, text: (value: number) => short(value) };
      }),
    ];
  };
  board.placeOf = (key) => {
    const line = linesNow().find((one) => one.key === key)!;
    return (trial) => placed(line.axis.at(line.column[trial]));
  };

  const drawing: Drawing = {
    layout(w, h) {
      [width, height] = [w, h];
      lines = linesNow();
      const { count } = board.data.trials;
      places = new Float32Array(count * lines.length);
      for (const [k, { axis, column }] of lines.entries())
        for (let i = 0; i < count; i++) places[i * lines.length + k] = y(placed(axis.at(column[i])));
      if (brushes.childElementCount !== lines.length) brushes.replaceChildren(...lines.map(({ key }) => brushOf(key)));
      for (const [k, line] of lines.entries()) position(brushes.children[k] as HTMLElement, line, k);
      const most = Math.max(5, Math.floor((width / lines.length - 8) / 6.6));
      return lines.flatMap(({ name, short, axis, key }, k): Label[] => [
        {
          x: x(k),
          y: k % 2 === 0 || width / lines.length > 110 ? 12 : 28,
          text: clip(short, width / lines.length > 110 ? most : 2 * most),
          kind: key.startsWith('= ') ? 'name value' : 'name',
          title: name,
        },
        ...axis.ticks.map(
          ({ at, text }): Label => ({
            x: x(k) + (k === lines.length - 1 ? 9 : -9),
            y: y(at),
            text: clip(text, 10),
            align: k === lines.length - 1 ? 'left' : 'right',
            kind: 'halo',
          }),
        ),
      ]);
    },
    *paint(raster) {
      const order = board.order(mostLines);
      const none = Math.fround(y(placed(Number.NaN)));
      const alpha = lineStrength(Math.min(order.length, board.count));
      const count = lines.length;
      for (const [n, i] of order.entries()) {
        if (n % 600 === 599) yield;
        const shown = board.shown[i] === 1;
        const color = shown ? board.color(i) : board.theme.grey;
        // The best stand out where thousands crowd.
        const strength = shown ? Math.min(1, alpha * (isLeader(board, i) ? 4 : 1)) : 0.05;
        for (let k = 0; k < count - 1; k++) {
          const [from, to] = [places[i * count + k], places[i * count + k + 1]];
          // Nothing leads from one setting that a trial does not have to the next.
          if (from === none && to === none) continue;
          raster.line(x(k), from, x(k + 1), to, color, strength);
        }
      }
    },
    over(ctx) {
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = css(board.theme.grey);
      ctx.beginPath();
      for (let k = 0; k < lines.length; k++) {
        ctx.moveTo(x(k), y(0));
        ctx.lineTo(x(k), y(1));
        for (const { at } of lines[k].axis.ticks) {
          const out = k === lines.length - 1 ? 5 : -5;
          ctx.moveTo(x(k), y(at));
          ctx.lineTo(x(k) + out, y(at));
        }
      }
      ctx.stroke();
    },
    trace(ctx, i) {
      for (const [thick, color] of [
        [5, board.theme.paper],
        [2.5, board.theme.orange],
      ] as const) {
        ctx.beginPath();
        for (let k = 0; k < lines.length; k++) ctx.lineTo(x(k), places[i * lines.length + k]);
        ctx.lineWidth = thick;
        ctx.strokeStyle = css(color, 0.95);
        ctx.stroke();
      }
    },
    pick(px, py) {
      const count = lines.length;
      if (count < 2) return -1;
      const step = (width - 2 * side) / (count - 1);
      const k = Math.min(count - 2, Math.max(0, Math.floor((px - side) / step)));
      const part = Math.min(1, Math.max(0, (px - x(k)) / step));
      let [found, least] = [-1, 8];
      for (let i = 0; i < board.data.trials.count; i++) {
        if (!board.shown[i]) continue;
        const at = places[i * count + k] * (1 - part) + places[i * count + k + 1] * part;
        const distance = Math.abs(at - py);
        // Of lines that lie on each other, the better one is meant.
        if (distance < least - 0.5 || (distance < least && found >= 0 && board.shade[i] < board.shade[found]))
          [found, least] = [i, distance];
      }
      return found;
    },
  };

  const change = (key: string, low: number, high: number) => {
    if (high - low < 0.004) board.brushes.delete(key);
    else board.brushes.set(key, [low, high]);
    for (const [k, line] of lines.entries()) position(brushes.children[k] as HTMLElement, line, k);
    onBrush();
  };

  function brushOf(key: string): HTMLElement {
    const range = el('div', { className: 'range', hidden: true });
    const axis = el('button', { type: 'button', className: 'brush' }, range);
    axis.dataset.key = key;
    let start: { y: number; at: number; moved?: readonly [number, number] } | undefined;
    const shareOf = (event: PointerEvent) => shareAt(event.clientY - plot.element.getBoundingClientRect().top);
    axis.addEventListener('pointerdown', (event) => {
      const at = shareOf(event);
      const now = board.brushes.get(key);
      start = { y: event.clientY, at, ...(now && at >= now[0] && at <= now[1] && { moved: now }) };
      axis.setPointerCapture(event.pointerId);
    });
    axis.addEventListener('pointermove', (event) => {
      if (!start || Math.abs(event.clientY - start.y) < 3) return;
      const at = shareOf(event);
      if (!start.moved) return change(key, Math.min(at, start.at), Math.max(at, start.at));
      const by = Math.min(1 - start.moved[1], Math.max(-start.moved[0], at - start.at));
      change(key, start.moved[0] + by, start.moved[1] + by);
    });
    axis.addEventListener('pointerup', (event) => {
      if (start && Math.abs(event.clientY - start.y) < 3) change(key, 0, 0);
      start = undefined;
    });
    axis.addEventListener('keydown', (event) => {
      const by = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
      if (event.key === 'Escape' || event.key === 'Delete') change(key, 0, 0);
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const [low, high] = board.brushes.get(key) ?? [0, 1];
      if (event.shiftKey) change(key, low, Math.min(1, Math.max(low + 0.05, high + by)));
      else {
        const move = low === 0 && high === 1 ? 0 : Math.min(1 - high, Math.max(-low, by));
        if (low === 0 && high === 1) change(key, by > 0 ? 0.5 : 0, by > 0 ? 1 : 0.5);
        else change(key, low + move, high + move);
      }
    });
    return axis;
  }

  function position(axis: HTMLElement, line: Line, k: number): void {
    axis.style.left = `${x(k) - 11}px`;
    axis.style.top = `${top - 6}px`;
    axis.style.height = `${height - bottomRoom - top + 12}px`;
    const range = axis.firstElementChild as HTMLElement;
    const now = board.brushes.get(line.key);
    range.hidden = !now;
    axis.setAttribute(
      'aria-label',
      `${line.name}${now ? `, filtered to ${percentOf(now)}` : ''}: arrow keys filter by it, with Shift the upper end, Escape ends it`,
    );
    if (!now) return;
    range.style.top = `${y(now[1]) - top + 6}px`;
    range.style.height = `${y(now[0]) - y(now[1])}px`;
  }

  const plot: Plot = new Plot(drawing, 380, 'Every trial as a line through its settings to its value');
  // An image would hide the axes from those who cannot see it.
  plot.element.setAttribute('role', 'group');
  plot.element.append(brushes);
  return plot;
}

const percentOf = ([low, high]: readonly [number, number]): string =>
  `${Math.round(100 * low)} to ${Math.round(100 * high)} percent of the axis`;
const clip = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
