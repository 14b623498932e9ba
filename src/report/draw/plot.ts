import { type Html, html, type Part } from '../html.ts';
import { type Domain, linear, logarithmic, logTicks, px, ticks } from './scale.ts';

export interface Axis {
  readonly domain: Domain;
  readonly label: string;
  readonly format: (value: number) => string;
  readonly log?: boolean;
  readonly whole?: boolean;
  readonly count?: number;
}

/** Where a value stands, and the corners of the drawing area, in the units of the viewBox. */
export interface Area {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Figures are drawn this wide, so that letters are as large as the text beside them, on paper and on a phone. */
export const width = 440;
const characterWidth = 6.4;

/** Two axes with what `draw` puts between them. `says` is what a person hears who cannot see it. */
export function plot(
  { x, y, height = 270, square = false }: { x: Axis; y: Axis; height?: number; square?: boolean },
  says: string,
  draw: (area: Area) => Part,
): Html {
  const [xs, ys] = [marks(x), marks(y)];
  const left = Math.ceil(Math.max(...ys.map((tick) => y.format(tick).length)) * characterWidth) + 10;
  const [right, top] = [width - 20, 30];
  const bottom = square ? top + (right - left) : height - 44;
  const whole = bottom + 44;
  const scale = ({ domain, log }: Axis) => (log ? logarithmic : linear)(domain, 0, 1);
  const [sx, sy] = [scale(x), scale(y)];
  const area: Area = {
    x: (value) => left + sx(value) * (right - left),
    y: (value) => bottom - sy(value) * (bottom - top),
    left,
    right,
    top,
    bottom,
  };
  return html`<svg viewBox="0 0 ${width} ${px(whole)}" role="img" aria-label="${says}">
<g class="grid">${ys.map((tick) => html`<path d="M${left} ${px(area.y(tick))}H${right}"/>`)}</g>
<g class="ticks">${ys.map(
    (tick) => html`<text x="${left - 7}" y="${px(area.y(tick) + 4)}" text-anchor="end">${y.format(tick)}</text>`,
  )}${xs.map(
    (tick) => html`<text x="${px(area.x(tick))}" y="${px(bottom + 18)}" text-anchor="middle">${x.format(tick)}</text>`,
  )}</g>
<path class="axis" d="M${left} ${px(bottom)}H${right}"/>
<text class="axis-name" x="0" y="13">${y.label}</text>
<text class="axis-name" x="${right}" y="${px(bottom + 37)}" text-anchor="end">${x.label}</text>
${draw(area)}</svg>`;
}

function marks({ domain, log, whole, count }: Axis): number[] {
  const list = log ? logTicks(domain) : ticks(domain, count);
  return whole ? list.filter(Number.isInteger) : list;
}

/** A line through points; broken where a number is not finite. */
export function line(points: Iterable<readonly [number, number]>): string {
  let [path, pen] = ['', 'M'];
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) path += `${pen}${px(x)} ${px(y)}`;
    pen = Number.isFinite(x) && Number.isFinite(y) ? 'L' : 'M';
  }
  return path;
}

/** Dots as one short path; a round line cap draws each. */
export function dots(points: Iterable<readonly [number, number]>): string {
  let path = '';
  for (const [x, y] of points) if (Number.isFinite(x) && Number.isFinite(y)) path += `M${px(x)} ${px(y)}h0`;
  return path;
}

/** What colours and marks mean, above a figure. */
export const legend = (...entries: readonly (readonly [mark: string, words: string])[]): Html =>
  html`<p class="legend">${entries.map(([mark, words]) => html`<span><i class="${mark}"></i>${words}</span>`)}</p>`;

/** A figure with its caption. */
export const figure = (content: Part, caption: Part, kind = ''): Html =>
  html`<figure class="${kind}">${content}<figcaption>${caption}</figcaption></figure>`;
