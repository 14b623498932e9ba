import { el } from '../../dom.ts';
import { parameterAxis } from '../../draw/axis.ts';
import { Plot } from '../../draw/plot.ts';
import { css, shades } from '../../draw/theme.ts';
import type { Board } from './board.ts';
import { failed } from './data.ts';
import { scatter } from './scatter.ts';

/** Cells of the map, and most trials that it is made of. */
const [columns, rows, most] = [56, 40, 1200];

/** Two parameters against each other, on a map of what came of them. */
export function contourPlot(board: Board, redraw: () => void) {
  const names = board.data.head.space.map(({ name }) => name);
  const chosen = [0, Math.min(1, names.length - 1)];
  const selects = chosen.map((_, axis) => {
    const select = el(
      'select',
      { attr: { 'aria-label': axis === 0 ? 'across' : 'upwards' } },
      names.map((_, i) => el('option', { value: String(i) }, board.names[i])),
    );
    select.addEventListener('change', () => {
      chosen[axis] = Number(select.value);
      redraw();
    });
    return select;
  });
  const choose = (across: number, upwards: number) => {
    [chosen[0], chosen[1]] = [across, upwards];
    for (const [axis, select] of selects.entries()) select.value = String(chosen[axis]);
  };
  choose(chosen[0], chosen[1]);
  const drawing = scatter(
    board,
    () => {
      const { head, trials } = board.data;
      const [x, y] = chosen.map((i) => parameterAxis(head.space[i], 6));
      const [xs, ys] = chosen.map((i) => {
        const column = trials.values[i];
        return head.space[i].kind === 'choice'
          ? column.map((value, k) => value + 0.5 * (((k * 0.618034) % 1) - 0.5))
          : column;
      });
      return {
        x,
        y,
        xs,
        ys,
        names: chosen.map((i) => board.names[i]) as unknown as readonly [string, string],
        margin: { left: 66 },
      };
    },
    {
      under(ctx, { left, right, top, bottom }, { x, y, xs, ys }) {
        const map = mapOf(
          board,
          (i) => x.at(xs[i]),
          (i) => y.at(ys[i]),
        );
        ctx.imageSmoothingEnabled = true;
        ctx.imageSmoothingQuality = 'high';
        ctx.drawImage(map, left, top, right - left, bottom - top);
        ctx.strokeStyle = css(board.theme.line);
        ctx.strokeRect(left + 0.5, top + 0.5, right - left, bottom - top);
      },
    },
  );
  const plot = new Plot(drawing, 330, 'Two parameters against each other, colored by value');
  return { plot, controls: [selects[0], el('span', {}, '×'), selects[1]], choose };
}

/**
 * Shades between the trials: the mean of their ranks, weighted by the inverse fourth power of their distance (Shepard 1968); it fades where no trial is near.
 */
function mapOf(board: Board, x: (trial: number) => number, y: (trial: number) => number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  const known: number[] = [];
  for (let i = 0; i < board.shade.length; i++)
    if (
      board.shown[i] &&
      board.shade[i] !== 255 &&
      board.data.trials.state[i] !== failed &&
      !Number.isNaN(x(i)) &&
      !Number.isNaN(y(i))
    )
      known.push(i);
  const every = Math.max(1, Math.ceil(known.length / most));
  const some = known.filter((_, k) => k % every === 0);
  const [xs, ys] = [Float64Array.from(some, x), Float64Array.from(some, y)];
  const shade = Float64Array.from(some, (i) => board.shade[i]);
  for (let cell = 0; cell < columns * rows; cell++) {
    const [cx, cy] = [((cell % columns) + 0.5) / columns, 1 - (Math.floor(cell / columns) + 0.5) / rows];
    let [sum, weights, near] = [0, 0, Number.POSITIVE_INFINITY];
    for (let k = 0; k < xs.length; k++) {
      const distance = (xs[k] - cx) ** 2 + (ys[k] - cy) ** 2 + 4e-4;
      if (distance < near) near = distance;
      const weight = 1 / (distance * distance);
      sum += weight * shade[k];
      weights += weight;
    }
    if (weights === 0) continue;
    // In bands, as on a map of heights.
    const band = Math.round(((sum / weights) * 10) / shades) / 10;
    const color = board.theme.ramp[Math.min(shades - 1, Math.round(band * (shades - 1)))];
    for (const channel of [0, 1, 2]) image.data[4 * cell + channel] = color[channel];
    image.data[4 * cell + 3] = 255 * 0.5 * Math.exp(-near / 0.02);
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}
