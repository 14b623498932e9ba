import type { Curve } from '../data.ts';
import { type Html, html } from '../html.ts';
import { line, plot, width } from './plot.ts';
import { around, px } from './scale.ts';

type Epoch = Curve['epochs'][number];

export interface Measured {
  readonly label: string;
  readonly format: (value: number) => string;
  readonly train: (epoch: Epoch) => number | undefined;
  readonly validation: (epoch: Epoch) => number | undefined;
  readonly least?: number;
  readonly most?: number;
}

/** Most points of a line, and most places that answer to a pointer: no screen shows more. */
const mostPoints = 400;
const mostPlaces = 100;

/** What was measured after each epoch, in training and on validation rows; members as thin lines. */
export function learningCurves(curves: readonly Curve[], measured: Measured): Html {
  const values = curves.flatMap(({ epochs }) =>
    epochs.flatMap((epoch) => [measured.train(epoch) ?? NaN, measured.validation(epoch) ?? NaN]),
  );
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const log = low > 0 && high / low > 40;
  const room = around(values);
  const domain = log
    ? ([low / 1.15, high * 1.15] as const)
    : ([Math.max(room[0], measured.least ?? -Infinity), Math.min(room[1], measured.most ?? Infinity)] as const);
  const last = Math.max(1, ...curves.map(({ epochs }) => epochs.length));
  const thin = curves.length > 1 ? ' thin' : '';
  const says = `${measured.label} over ${last} epochs, in training and on validation rows`;
  const axis = { domain: last > 1 ? ([1, last] as const) : ([0.5, 1.5] as const), label: 'epoch', whole: true };
  return plot(
    {
      x: { ...axis, format: String },
      y: { domain, label: measured.label + (log ? ', logarithmic' : ''), format: measured.format, log },
    },
    says,
    ({ x, y, top, bottom, left, right }) => {
      const path = (epochs: readonly Epoch[], value: Measured['train']) =>
        line(thinned(epochs).map((epoch) => [x(epoch.epoch), y(value(epoch) ?? NaN)] as const));
      const best = curves.flatMap(({ epochs, best }) => epochs.filter((epoch) => epoch.epoch === best));
      const [only] = curves;
      const places = curves.length === 1 ? every(only.epochs, mostPlaces) : [];
      const wide = (right - left) / Math.max(1, places.length - 1);
      return html`${
        best.length === 1 &&
        html`<path class="best" d="M${px(x(best[0].epoch))} ${top}V${bottom}"/>
<text class="mark" x="${px(Math.min(width - 46, Math.max(left + 34, x(best[0].epoch))))}" y="${top - 5}" text-anchor="middle">kept: ${best[0].epoch}</text>`
      }
${curves.map(({ epochs }) => html`<path class="curve train${thin}" d="${path(epochs, measured.train)}"/>`)}
${curves.map(({ epochs }) => html`<path class="curve validation${thin}" d="${path(epochs, measured.validation)}"/>`)}
${best.map((epoch) => {
  const value = measured.validation(epoch) ?? measured.train(epoch);
  return (
    value !== undefined &&
    Number.isFinite(value) &&
    html`<circle class="kept" cx="${px(x(epoch.epoch))}" cy="${px(y(value))}" r="${thin ? 3.5 : 4.5}"/>`
  );
})}
<g class="places">${places.map((epoch) => html`<rect x="${px(x(epoch.epoch) - wide / 2)}" y="${top}" width="${px(wide)}" height="${bottom - top}"><title>${told(epoch, measured)}</title></rect>`)}</g>`;
    },
  );
}

function told(epoch: Epoch, { train, validation, format }: Measured): string {
  const named = Object.entries({ training: train(epoch), validation: validation(epoch) });
  const known = named.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${format(value)}`]));
  return `epoch ${epoch.epoch}: ${known.join(', ')}`;
}

const thinned = (epochs: readonly Epoch[]): readonly Epoch[] => every(epochs, mostPoints);

/** Evenly chosen entries, the first and the last among them. */
function every<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
}
