import { grouped } from '../../base/index.ts';
import type { ColumnFacts, DataFacts, ReportData } from '../data.ts';
import { type Html, html, type Part } from '../html.ts';
import { clipped, count, share } from '../words.ts';
import { type Section, shareBar, table } from './section.ts';

/** The data, what was left out, and what was decided for the user. */
export function done(report: ReportData): Section {
  const { data, chosen, model } = report;
  return {
    id: 'done',
    title: 'What was done',
    body: html`${splits(data)}${data.columns && columnsTable(data.columns, data)}${classCounts(data)}
<h3>The network</h3><p>${together(report)}${count(model.parameters, 'number')} that training adjusts, in these layers:</p>
<p class="layers">${model.layers.map((layer) => html`<span>${layer}</span>`)}</p>
${
  chosen.length > 0 &&
  html`<h3>What was chosen for you</h3><p>These settings were left open. Each can be set by hand.</p>${table(chosen, [
    { title: 'Setting', cell: ({ setting }) => html`<code>${setting}</code>` },
    {
      title: 'Value',
      cell: ({ value }) =>
        html`<code>${clipped(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), 160)}</code>`,
    },
    { title: 'Why', cell: ({ why }) => why },
  ])}`
}`,
  };
}

function together({ model: { members }, settings: { ensemble } }: ReportData): string {
  if (members === 1) return 'It has ';
  return ensemble && 'snapshots' in ensemble
    ? `${members} states of one network were kept, each after a fall of the learning rate; their answers are averaged. Each has `
    : `${members} networks were trained that start differently; their answers are averaged. Each has `;
}

function splits({ rows, noun = 'rows', name, target }: DataFacts): Html {
  const all = rows.train + rows.validation + rows.test;
  const parts = [
    ['train', rows.train, 'to learn on'],
    ['validation', rows.validation, 'to decide when to stop'],
    ['test', rows.test, 'looked at once, at the end'],
  ] as const;
  return html`<p>The data set <b>${name}</b> has ${grouped(all)} ${noun}${target !== undefined && html`; what is predicted is <b>${target}</b>`}. They were divided into ${parts.filter(([, n]) => n > 0).length} parts, so that the model is judged on ${noun} that it could not learn by heart.</p>
<div class="split" role="img" aria-label="${parts.map(([part, n]) => `${part}: ${n}`).join(', ')}">${parts.map(
    ([part, n]) => n > 0 && html`<i class="${part}" style="flex-grow:${n}"></i>`,
  )}</div>
<p class="legend">${parts.map(
    ([part, n, why]) =>
      n > 0 && html`<span><i class="${part}"></i><b>${part}</b> ${grouped(n)} (${share(n / all)}), ${why}</span>`,
  )}</p>`;
}

function columnsTable(columns: readonly ColumnFacts[], { rows }: DataFacts): Html {
  const out = columns.filter(({ used }) => !used);
  const all = rows.train + rows.validation + rows.test;
  const content = table(
    [...columns].sort((a, b) => Number(b.used) - Number(a.used)),
    [
      {
        title: 'Column',
        cell: ({ name, used }) => html`<span class="${used ? '' : 'out'}" title="${name}">${clipped(name, 60)}</span>`,
      },
      { title: 'Taken as', cell: ({ kind, used }) => (used ? kind : html`<b class="tag">left out</b>`) },
      { title: 'Why', cell: ({ why }) => why },
      {
        title: 'Missing',
        cell: ({ missing }) =>
          missing === 0
            ? html`<span class="soft">0</span>`
            : html`${grouped(missing)} <span class="soft">${share(missing / all)}</span>`,
        sort: ({ missing }) => missing,
      },
      { title: 'Different values', cell: ({ distinct }) => grouped(distinct), sort: ({ distinct }) => distinct },
    ],
  );
  const title = html`${count(columns.length - out.length, 'column')} used${out.length > 0 && html`, ${out.length} left out`}`;
  return html`<h3>Columns: ${title}</h3>${
    columns.length > 40
      ? html`<details><summary>Show all ${count(columns.length, 'column')}</summary>${content}</details>`
      : content
  }`;
}

function classCounts({ classes, noun = 'rows' }: DataFacts): Part {
  if (!classes) return undefined;
  const most = Math.max(1, ...classes.map((entry) => entry.count));
  const content = table(
    classes,
    [
      { title: 'Class', cell: ({ name }) => html`<span title="${name}">${clipped(name, 60)}</span>` },
      {
        title: noun.charAt(0).toUpperCase() + noun.slice(1),
        cell: (entry) => grouped(entry.count),
        sort: (entry) => entry.count,
      },
      { title: '', cell: (entry) => shareBar(entry.count / most) },
    ],
    'narrow bars',
  );
  return html`<h3>${count(classes.length, 'class', 'classes')}</h3>${
    classes.length > 12
      ? html`<details><summary>How many ${noun} each class has</summary>${content}</details>`
      : content
  }`;
}
