import { grouped } from '../../base/index.ts';
import type { ReportData, Residuals } from '../data.ts';
import { heatMap } from '../draw/heatMap.ts';
import { figure } from '../draw/plot.ts';
import { errorHistogram, scatter } from '../draw/residuals.ts';
import { type Html, html, type Part } from '../html.ts';
import { clipped, count, number, share } from '../words.ts';
import { type Section, shareBar, table } from './section.ts';

type Matrix = readonly (readonly number[])[];

/** A matrix with more classes is drawn as a picture. */
const mostCells = 20;
const mostPairs = 15;
const mostOutputs = 4;

/** Which answers are wrong, and how. */
export function errors(report: ReportData): Section | undefined {
  const { confusion, residuals, classReport, data } = report;
  const names = (data.classes ?? []).map(({ name }) => name);
  const parts = [
    confusion && confusionPart(confusion, names),
    residuals?.slice(0, mostOutputs).map(residualPart),
    classReport && perClass(report),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? { id: 'errors', title: 'Where it errs', body: parts } : undefined;
}

function confusionPart(matrix: Matrix, names: readonly string[]): Html {
  const pairs = confused(matrix, names);
  const wrong = matrix.reduce((sum, row, i) => sum + row.reduce((all, rows, j) => all + (i === j ? 0 : rows), 0), 0);
  const worst = pairs[0];
  const words = worst
    ? html`<p>${count(wrong, 'answer')} of ${grouped(total(matrix))} ${wrong === 1 ? 'is' : 'are'} wrong. Most often, <b>${clipped(worst.truth, 60)}</b> is taken for <b>${clipped(worst.said, 60)}</b>: ${count(worst.rows, 'time')}, ${share(worst.share)} of all rows that are ${clipped(worst.truth, 60)}.</p>`
    : html`<p>Not one of ${count(total(matrix), 'answer')} is wrong.</p>`;
  if (matrix.length <= mostCells) return html`${words}${confusionTable(matrix, names)}`;
  return html`${words}<div class="pair">${figure(
    heatMap(matrix),
    'Each line is a true class, each column an answer, in the order of the classes. Blue on the diagonal: right. Orange beside it: wrong; the deeper, the larger the share of the class.',
    'heat-map',
  )}${pairTable(pairs)}</div>`;
}

const total = (matrix: Matrix): number => matrix.flat().reduce((sum, rows) => sum + rows, 0);

function confused(matrix: Matrix, names: readonly string[]) {
  return matrix
    .flatMap((row, i) => {
      const all = row.reduce((sum, rows) => sum + rows, 0);
      return row.flatMap((rows, j) =>
        i !== j && rows > 0 ? [{ truth: nameOf(names, i), said: nameOf(names, j), rows, share: rows / all }] : [],
      );
    })
    .sort((a, b) => b.rows - a.rows || b.share - a.share);
}

const nameOf = (names: readonly string[], i: number): string => names[i] ?? String(i);

const pairTable = (pairs: ReturnType<typeof confused>): Html =>
  html`<div><h3>Most often confused</h3>${table(pairs.slice(0, mostPairs), [
    { title: 'True', cell: ({ truth }) => clipped(truth, 40) },
    { title: 'Said', cell: ({ said }) => clipped(said, 40) },
    { title: 'Rows', cell: ({ rows }) => grouped(rows), sort: ({ rows }) => rows },
    { title: 'Of the class', cell: (pair) => share(pair.share), sort: (pair) => pair.share },
  ])}</div>`;

function confusionTable(matrix: Matrix, names: readonly string[]): Html {
  const label = (i: number) =>
    html`<span title="${nameOf(names, i)}">${clipped(nameOf(names, i), matrix.length > 10 ? 12 : 22)}</span>`;
  const cell = (rows: number, all: number, right: boolean): Html => {
    if (rows === 0) return html`<td class="zero">0</td>`;
    // The root, so that small shares of errors are seen.
    const depth = Math.round(100 * (right ? rows / all : Math.sqrt(rows / all))) / 100;
    return html`<td class="${right ? 'right' : 'wrong'}${depth > 0.8 && ' deep'}" style="--d:${depth}">${grouped(rows)}${matrix.length <= 12 && html`<small>${share(rows / all)}</small>`}</td>`;
  };
  return html`<figure><div class="scroll"><table class="confusion${matrix.length <= 4 && ' few'}"><thead><tr><td></td><th class="over" colspan="${matrix.length}">The model said</th></tr><tr><th class="corner">True class</th>${matrix.map((_, i) => html`<th scope="col">${label(i)}</th>`)}</tr></thead>
<tbody>${matrix.map((row, i) => {
    const all = row.reduce((sum, rows) => sum + rows, 0);
    return html`<tr><th scope="row">${label(i)}</th>${row.map((rows, j) => cell(rows, all, i === j))}</tr>`;
  })}</tbody></table></div><figcaption>Confusion matrix. Each line holds the rows of one true class and what the model said of them; percentages are shares of the line. Blue is right, orange is wrong.</figcaption></figure>`;
}

function residualPart(residuals: Residuals): Html {
  const { truth, total: all, name, predicted } = residuals;
  const errors = truth.map((value, i) => predicted[i] - value);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const high = errors.filter((error) => error > 0).length / errors.length;
  const at = (part: number) => number(sizes[Math.min(sizes.length - 1, Math.floor(part * sizes.length))]);
  const drawn =
    truth.length < all ? ` ${grouped(truth.length)} of ${count(all, 'row')} are drawn, chosen at random.` : '';
  return html`<p>Half of the predictions of ${name} are off by less than ${at(0.5)}, nine in ten by less than ${at(0.9)}. ${share(high)} of them are too high.</p>
<div class="pair">${figure(scatter(residuals), `Each dot is a row. On the dashed line the prediction is right; above it, it is too high.${drawn}`)}${figure(
    errorHistogram(residuals),
    'How many rows have which error. A good model has its errors close around zero, to both sides alike.',
  )}</div>`;
}

function perClass({ classReport, data: { classes }, headline: { task } }: ReportData): Part {
  const rows = classReport!.map((entry, i) => ({ ...entry, name: classes?.[i]?.name ?? String(i) }));
  const what = task === 'labels' ? 'label' : 'class';
  const content = table(
    rows,
    [
      {
        title: task === 'labels' ? 'Label' : 'Class',
        cell: ({ name }) => html`<span title="${name}">${clipped(name, 60)}</span>`,
      },
      { title: 'Rows', cell: ({ support }) => grouped(support), sort: ({ support }) => support },
      {
        title: 'Found',
        hint: 'recall: of the rows of this class, the share that was found',
        cell: ({ recall }) => share(recall),
        sort: ({ recall }) => recall,
      },
      { title: '', cell: ({ recall }) => shareBar(recall) },
      {
        title: 'Right when said',
        hint: 'precision: of the rows said to be of this class, the share that is',
        cell: ({ precision }) => share(precision),
        sort: ({ precision }) => precision,
      },
      { title: '', cell: ({ precision }) => shareBar(precision) },
      { title: 'F1', hint: 'balance of both, 0 to 1', cell: ({ f1 }) => number(f1), sort: ({ f1 }) => f1 },
    ],
    'bars',
  );
  return html`<h3>${what === 'label' ? 'Label by label' : 'Class by class'}</h3><p><b>Found</b> (recall) is the share of the rows of a ${what} that the model recognized. <b>Right when said</b> (precision) is the share of its claims of this ${what} that were true.</p>${
    rows.length > 20
      ? html`<details><summary>Show all ${count(rows.length, what, what === 'class' ? 'classes' : undefined)}</summary>${content}</details>`
      : content
  }`;
}
