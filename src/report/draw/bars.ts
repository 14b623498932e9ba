import type { FeatureImportance } from '../data.ts';
import { type Html, html } from '../html.ts';
import { clipped } from '../words.ts';
import { around, linear, px, ticks } from './scale.ts';

const [width, step] = [480, 26];

/** One bar for each feature, with a whisker of one standard deviation to both sides. */
export function importanceBars(
  features: readonly FeatureImportance[],
  { format, tick }: { format: (drop: number) => string; tick: (drop: number) => string },
  label: string,
): Html {
  const labels = Math.min(176, 14 + 7.6 * Math.max(...features.map(({ feature }) => feature.length)));
  const ends = features.flatMap(({ drop, deviation }) => [drop - deviation, drop + deviation]);
  const domain = around([0, ...ends], 0.02);
  const x = linear(domain, labels, width - 74);
  const bottom = features.length * step + 6;
  return html`<svg viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-label="${features.map(({ feature, drop }) => `${feature}: ${format(drop)}`).join('; ')}">
<g class="grid">${ticks(domain, 5).map((at) => html`<path d="M${px(x(at))} 4V${bottom}"/>`)}</g>
<g class="ticks">${ticks(domain, 5).map((at) => html`<text x="${px(x(at))}" y="${bottom + 17}" text-anchor="middle">${tick(at)}</text>`)}</g>
<text class="axis-name" x="${width - 74}" y="${bottom + 37}" text-anchor="end">${label}</text>
${features.map(({ feature, drop, deviation }, i) => {
  const y = i * step + 18;
  const [from, to] = [Math.min(x(0), x(drop)), Math.max(x(0), x(drop))];
  return html`<g><title>${feature}: ${format(drop)} ± ${format(deviation)}</title><text class="name" x="${labels - 10}" y="${y + 4}" text-anchor="end">${clipped(feature, 22)}</text>
<rect class="bar" x="${px(from)}" y="${y - 8}" width="${px(Math.max(0.5, to - from))}" height="16" rx="1.5"/><path class="error" d="M${px(x(drop - deviation))} ${y}H${px(x(drop + deviation))}"/>
<text class="value" x="${width - 64}" y="${y + 4}">${format(drop)}</text></g>`;
})}
<path class="axis" d="M${px(x(0))} 2V${bottom}"/></svg>`;
}
