import { grouped } from '../../base/index.ts';
import type { Residuals } from '../data.ts';
import { type Html, html } from '../html.ts';
import { brief, count, number } from '../words.ts';
import { dots, plot } from './plot.ts';
import { around, px, ticks } from './scale.ts';

/** Predicted against true values; a prediction without error lies on the diagonal. */
export function scatter({ truth, predicted, name }: Residuals): Html {
  const domain = around([...truth, ...predicted], 0.03);
  const unit = { domain, format: brief, count: 4 };
  return plot(
    { x: { ...unit, label: `true ${name}` }, y: { ...unit, label: `predicted ${name}` }, square: true },
    `predicted against true values of ${name} for ${count(truth.length, 'row')}`,
    ({
      x,
      y,
    }) => html`<path class="ideal" d="M${px(x(domain[0]))} ${px(y(domain[0]))}L${px(x(domain[1]))} ${px(y(domain[1]))}"/>
${layers(truth.map((value, i) => [x(value), y(predicted[i])] as const))}`,
  );
}

/** Dots in several layers, so that where many lie on each other it is darker. */
const layers = (points: readonly (readonly [number, number])[]): Html[] =>
  Array.from(
    { length: 16 },
    (_, layer) => html`<path class="cloud" d="${dots(points.filter((_, i) => i % 16 === layer))}"/>`,
  );

/** How large errors are: how many rows fall into each interval of equal length. */
export function errorHistogram({ truth, predicted, name }: Residuals): Html {
  const errors = truth.map((value, i) => predicted[i] - value).filter(Number.isFinite);
  const edges = ticks(around(errors, 0), 24);
  const step = edges.length > 1 ? edges[1] - edges[0] : 1;
  const [first] = edges;
  const counts = new Map<number, number>();
  for (const error of errors) {
    const bin = Math.floor((error - first) / step);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const bins = [...counts.keys()];
  const domain = [first + Math.min(...bins) * step, first + (Math.max(...bins) + 1) * step] as const;
  return plot(
    {
      x: { domain, format: brief, label: `error: predicted − true ${name}`, count: 4 },
      y: { domain: [0, Math.max(...counts.values()) * 1.04], format: grouped, label: 'rows', whole: true, count: 4 },
      height: 400,
    },
    `how many rows have which error of ${name}`,
    ({ x, y, bottom, top }) =>
      html`${[...counts].map(([bin, rows]) => {
        const low = first + bin * step;
        return html`<rect class="bar" x="${px(x(low) + 0.75)}" y="${px(y(rows))}" width="${px(x(low + step) - x(low) - 1.5)}" height="${px(bottom - y(rows))}"><title>${count(rows, 'row')} with an error from ${number(low)} to ${number(low + step)}</title></rect>`;
      })}${domain[0] < 0 && domain[1] > 0 && html`<path class="ideal" d="M${px(x(0))} ${top}V${bottom}"/>`}`,
  );
}
