import type { Headline } from '../data.ts';
import { type Html, html } from '../html.ts';
import { capital, clipped, metricTick, metricValue, metricWords } from '../words.ts';
import { width } from './plot.ts';
import { around, linear, px, ticks } from './scale.ts';

/** The model beside simpler ways, one line each, best first; the interval of the model as a bar. */
export function dotPlot({ metric, value, interval, baselines, better }: Headline): Html {
  const lines = [
    { name: 'this model', value, model: true },
    ...baselines.map((baseline) => ({ ...baseline, model: false })),
  ].sort((a, b) => (better === 'higher' ? b.value - a.value : a.value - b.value));
  const words = metricWords(metric);
  const domain = around(
    [...lines.map((entry) => entry.value), ...(interval ? [interval.low, interval.high] : [])],
    0.12,
  );
  const held = words.share ? ([Math.max(0, domain[0]), Math.min(1, domain[1])] as const) : domain;
  const [left, right, step] = [8, width - 8, 46];
  const x = linear(held, left, right);
  const bottom = lines.length * step + 10;
  const says = lines.map((entry) => `${entry.name}: ${metricValue(metric, entry.value)}`).join('; ');
  return html`<svg viewBox="0 0 ${width} ${bottom + 46}" role="img" aria-label="${says}">
<g class="grid">${ticks(held, 4).map((tick) => html`<path d="M${px(x(tick))} 4V${bottom}"/>`)}</g>
<g class="ticks">${ticks(held, 4).map(
    (tick) =>
      html`<text x="${px(Math.min(right - 12, Math.max(left + 10, x(tick))))}" y="${bottom + 18}" text-anchor="middle">${metricTick(metric, tick)}</text>`,
  )}</g>
<text class="axis-name" x="${right}" y="${bottom + 38}" text-anchor="end">${words.title}${better === 'higher' ? ' →' : ' (lower is better)'}</text>
${lines.map((entry, i) => {
  const y = i * step + 34;
  const at = Number.isFinite(entry.value) ? px(x(entry.value)) : left;
  return html`<g class="${entry.model ? 'mine' : 'other'}"><title>${capital(entry.name)}: ${metricValue(metric, entry.value)}</title>
<path class="rail" d="M${left} ${y}H${right}"/><text class="name" x="${left}" y="${y - 13}">${capital(clipped(entry.name, 46))}</text><text class="value" x="${right}" y="${y - 13}" text-anchor="end">${metricValue(metric, entry.value)}</text>
${entry.model && interval && html`<path class="whisker" d="M${px(x(interval.low))} ${y}H${px(x(interval.high))}"/>`}<circle cx="${at}" cy="${y}" r="${entry.model ? 6 : 5}"/></g>`;
})}</svg>`;
}
