import { grouped } from '../../base/index.ts';
import { wilson } from '../../train/index.ts';
import type { Calibration } from '../data.ts';
import { type Html, html } from '../html.ts';
import { share } from '../words.ts';
import { plot } from './plot.ts';
import { px } from './scale.ts';

const percent = (x: number): string => `${Math.round(100 * x)}\u00a0%`;

/** What was promised against what came true, one dot for each bin with rows; the more rows, the larger. */
export function reliability({ bins }: Calibration): Html {
  const filled = bins.filter(({ rows }) => rows > 0);
  const most = Math.max(...filled.map(({ rows }) => rows));
  const unit = { domain: [0, 1] as const, format: percent };
  return plot(
    {
      x: { ...unit, label: 'probability that the model stated' },
      y: { ...unit, label: 'share that came true' },
      height: 300,
    },
    `reliability of probabilities: ${filled.map((bin) => `stated ${share(bin.confidence)}, came true ${share(bin.accuracy)}`).join('; ')}`,
    ({ x, y }) => html`<path class="ideal" d="M${px(x(0))} ${px(y(0))}L${px(x(1))} ${px(y(1))}"/>
${filled.map(({ low, high, rows, confidence, accuracy }) => {
  const sure = wilson(accuracy, rows);
  const at = px(x(confidence));
  return html`<g><title>${grouped(rows)} rows between ${percent(low)} and ${percent(high)}: stated ${share(confidence)} on average, came true for ${share(accuracy)}</title>
<path class="error" d="M${at} ${px(y(sure.low))}V${px(y(sure.high))}"/><circle class="dot" cx="${at}" cy="${px(y(accuracy))}" r="${px(3 + 6 * Math.sqrt(rows / most))}"/></g>`;
})}`,
  );
}

/** How many rows each bin holds. */
export function binCounts({ bins }: Calibration): Html {
  const most = Math.max(1, ...bins.map(({ rows }) => rows));
  return plot(
    {
      x: { domain: [0, 1], format: percent, label: 'probability that the model stated' },
      y: { domain: [0, most], format: grouped, label: 'rows', count: 4 },
      height: 300,
    },
    'how many rows got which probability',
    ({ x, y, bottom }) =>
      bins.map(
        ({ low, high, rows }) =>
          rows > 0 &&
          html`<rect class="bar" x="${px(x(low) + 1)}" y="${px(y(rows))}" width="${px(x(high) - x(low) - 2)}" height="${px(bottom - y(rows))}"><title>${grouped(rows)} rows between ${percent(low)} and ${percent(high)}</title></rect>`,
      ),
  );
}
