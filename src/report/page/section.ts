import { type Html, html, type Part } from '../html.ts';

/** A part of the page that its table of contents names. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Part;
}

export const sectionHtml = ({ id, title, body }: Section): Html =>
  html`<section id="${id}"><h2>${title}</h2>${body}</section>`;

export interface Column<Row> {
  readonly title: string;
  /** A longer explanation of the title. */
  readonly hint?: string;
  readonly cell: (row: Row) => Part;
  /** Numbers stand at the right; sorting is by this number. */
  readonly sort?: (row: Row) => number;
}

/** A table; a click on a title sorts it, where scripts may run. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], kind = ''): Html {
  return html`<div class="scroll"><table class="sortable ${kind}"><thead><tr>${columns.map(
    ({ title, hint, sort }) =>
      html`<th scope="col"${sort && html` class="n"`}${hint && html` title="${hint}"`}>${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${columns.map(({ cell, sort }) =>
        sort ? html`<td class="n" data-v="${sort(row)}">${cell(row)}</td>` : html`<td>${cell(row)}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

/** A bar as long as the share, for a cell. */
export const shareBar = (share: number): Html =>
  html`<span class="share" style="--s:${Math.round(1000 * share) / 1000}"></span>`;
