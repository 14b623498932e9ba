import { type Html, html } from '../html.ts';
import { count } from '../words.ts';
import { px } from './scale.ts';

const size = 560;
const levels = 6;
/** Squares beyond these, the faintest, are left out: they would only make the file large. */
const mostSquares = 8000;

/** A matrix of counts as a picture: the share of each row of the matrix as depth of colour, right answers and errors in two colours. */
export function heatMap(matrix: readonly (readonly number[])[]): Html {
  const cells = matrix.flatMap((row, i) => {
    const total = row.reduce((sum, rows) => sum + rows, 0);
    return row.flatMap((rows, j) => (rows > 0 ? [{ i, j, share: rows / total }] : []));
  });
  const drawn = cells.toSorted((a, b) => b.share - a.share).slice(0, mostSquares);
  const step = size / matrix.length;
  const layer = (right: boolean, level: number) =>
    drawn
      .filter((cell) => (cell.i === cell.j) === right && Math.ceil(Math.sqrt(cell.share) * levels) === level)
      .map(({ i, j }) => `M${px(j * step)} ${px(i * step)}h${px(step)}v${px(step)}h${-px(step)}z`)
      .join('');
  return html`<svg viewBox="-1 -1 ${size + 2} ${size + 2}" role="img" aria-label="confusion of ${count(matrix.length, 'class', 'classes')} as a picture">
<rect class="frame" width="${size}" height="${size}"/>
${[true, false].flatMap((right) =>
  Array.from({ length: levels }, (_, level) => {
    const path = layer(right, level + 1);
    return (
      path !== '' &&
      html`<path class="${right ? 'right' : 'wrong'}" style="fill-opacity:${px((level + 1) / levels)}" d="${path}"/>`
    );
  }),
)}</svg>`;
}
