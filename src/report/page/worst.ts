import type { ReportData, WorstRow } from '../data.ts';
import { type Html, html, type Part } from '../html.ts';
import { clipped, number, share } from '../words.ts';
import { type Column, type Section, table } from './section.ts';

/** Columns of the data that are shown beside an answer. */
const mostValues = 6;

/** The rows on which the model is most wrong. */
export function worst(report: ReportData): Section | undefined {
  const rows = report.worst;
  if (rows.length === 0) return undefined;
  const numbers = report.headline.task === 'regression';
  const images = rows.every(({ image }) => image !== undefined);
  return {
    id: 'worst',
    title: 'Largest errors',
    body: html`<p>${intro(rows, numbers)} They are worth a look: often the ${numbers ? 'recorded value' : 'label'} is wrong, or the ${images ? 'picture' : 'row'} is unlike all others.</p>
${images ? contactSheet(rows) : rowTable(report)}`,
  };
}

function intro(rows: readonly WorstRow[], numbers: boolean): string {
  if (numbers) return 'The rows whose prediction is furthest from the truth.';
  const wrong = rows.filter((row) => row.said !== row.truth).length;
  const start = 'The rows whose true answer the model held for least likely.';
  if (wrong === rows.length) return start;
  if (wrong === 0) return `${start} All of those shown were answered rightly, with little certainty.`;
  return `${start} ${wrong} of the ${rows.length} shown ${wrong > 1 ? 'are' : 'is'} wrong; the others are right, with little certainty.`;
}

/** What was said, marked where it is wrong. */
const saidText = ({ said, truth }: WorstRow): Html =>
  said === truth ? html`<b>${clipped(said, 40)}</b>` : html`<b class="bad">${clipped(said, 40)}</b>`;

const contactSheet = (rows: readonly WorstRow[]): Html =>
  html`<div class="sheet">${rows.map((entry) => {
    const { row, name, truth, probability, image } = entry;
    return html`<figure><img src="${image}" alt="${name ?? `row ${row}`}"><figcaption><b>${clipped(truth, 40)}</b>, said ${saidText(entry)}${probability !== undefined && html` (${share(probability)})`}<span class="soft" title="${name}">${name === undefined ? `row ${row}` : clipped(name, 40)}</span></figcaption></figure>`;
  })}</div>`;

function rowTable({ worst: rows, headline: { task }, importance, data: { target } }: ReportData): Html {
  const known = [...new Set(rows.flatMap(({ values }) => Object.keys(values ?? {})))].filter((name) => name !== target);
  const order = (importance?.features ?? []).map(({ feature }) => feature);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const shown = known.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostValues);
  const has = (field: keyof WorstRow) => rows.some((row) => row[field] !== undefined);
  const columns: (Column<WorstRow> | false)[] = [
    {
      title: 'Row',
      cell: ({ row, name }) =>
        name === undefined ? String(row) : html`<span title="${name}">${clipped(name, 40)}</span>`,
    },
    { title: 'Truth', cell: ({ truth }) => html`<b>${clipped(truth, 40)}</b>` },
    { title: 'The model said', cell: saidText },
    has('probability') && {
      title: 'with',
      cell: ({ probability }) => optional(probability, share),
      sort: ({ probability }) => probability ?? 0,
    },
    task === 'regression' &&
      has('error') && { title: 'Error', cell: ({ error }) => optional(error, signed), sort: ({ error }) => error ?? 0 },
    task !== 'regression' &&
      has('loss') && {
        title: 'Loss',
        hint: 'how surprised the model is by the truth',
        cell: ({ loss }) => optional(loss, number),
        sort: ({ loss }) => loss ?? 0,
      },
    ...shown.map(
      (name): Column<WorstRow> => ({ title: clipped(name, 30), cell: ({ values }) => value(values?.[name]) }),
    ),
  ];
  const hidden = known.length - shown.length;
  return html`${table(
    rows,
    columns.filter((column) => column !== false),
    'worst',
  )}${
    hidden > 0 &&
    html`<p class="soft">${order.length > 0 ? `The ${mostValues} columns that matter most` : `The first ${mostValues} columns`} are shown; ${hidden} more are not.</p>`
  }`;
}

const optional = (given: number | undefined, format: (x: number) => string): string =>
  given === undefined ? '' : format(given);
const signed = (x: number): string => (x > 0 ? '+' : '') + number(x);
const value = (text: string | null | undefined): Part =>
  text === null || text === undefined
    ? html`<span class="soft">missing</span>`
    : html`<span title="${text}">${clipped(text, 32)}</span>`;
