import { duration, grouped } from '../../base/index.ts';
import type { Headline, ReportData } from '../data.ts';
import { dotPlot } from '../draw/dotPlot.ts';
import { figure } from '../draw/plot.ts';
import { type Html, html, type Part } from '../html.ts';
import { capital, count, metricValue, metricWords, moment } from '../words.ts';

/** The one number, what it means, and what simpler ways would reach. */
export function headline(data: ReportData): Html {
  const { headline: head, title, version, made } = data;
  return html`<header><p class="kicker">Training report<span>Wellfit ${version}</span><span>${moment(made)}</span></p>
<h1>${title}</h1>
<div class="hero"><div><p class="big">${bigNumber(metricValue(head.metric, head.value))}</p>
<p class="unit">${metricWords(head.metric).title}${head.interval && html`<span>${interval(head)}</span>`}</p>
<p class="lead">${sentence(data)}</p>${comparisons(head)}</div>
${figure(dotPlot(head), dotCaption(head))}</div>
${facts(data)}${warnings(data)}</header>`;
}

/** The unit smaller than the number. */
const bigNumber = (value: string): Part =>
  value.endsWith('%') ? html`${value.slice(0, -1).trim()}<small>\u2009%</small>` : value;

const interval = ({ metric, interval: given }: Headline): string =>
  `${metricValue(metric, given!.low)} – ${metricValue(metric, given!.high)}`;

function sentence({
  headline: { task, metric, value, interval: given, on, rows },
  data: { noun = 'rows' },
}: ReportData): string {
  const words = metricWords(metric);
  const does = words.does.replace('{}', metricValue(metric, value));
  const whom =
    on === 'test' ? `${grouped(rows)} ${noun} it has never seen` : `${grouped(rows)} ${noun} it was not trained on`;
  const sure = given
    ? ` (${Math.round(100 * given.level)}\u00a0% sure: between ${metricValue(metric, given.low)} and ${metricValue(metric, given.high)})`
    : '';
  // The accuracy of labels is a share of labels, not of rows.
  const labels = task === 'labels' && metric === 'accuracy' ? ' of the labels' : '';
  return metric === 'accuracy' && labels === ''
    ? `The model ${does} of ${whom}${sure}.`
    : `On ${whom}, the model ${does}${labels}${sure}.`.replace(/,(?= \(|\.)/, '');
}

const comparisons = ({ metric, baselines }: Headline): Part =>
  baselines.length > 0 &&
  html`<p class="versus">${baselines
    .map(
      ({ name, value }) => `${capital(name)} ${metricWords(metric).would.replace('{}', metricValue(metric, value))}.`,
    )
    .join(' ')}</p>`;

function dotCaption({ interval: given, baselines, better }: Headline): Part {
  const towards = better === 'higher' ? 'Further right is better' : 'Further left is better';
  const whisker = given
    ? ` The bar shows where the value would lie for other rows of the same kind (${Math.round(100 * given.level)}\u00a0%, ${given.method}).`
    : '';
  return html`${towards}.${whisker}${baselines.map(({ name, why }) => why && html` <b>${capital(name)}</b>: ${why}.`)}`;
}

function facts({ data: { rows }, model, curves, seconds, updates, stopped }: ReportData): Html {
  const epochs = Math.max(0, ...curves.map((curve) => curve.epochs.length));
  const list: readonly (readonly [string, string])[] = [
    ['rows to learn on', grouped(rows.train)],
    ['rows to decide on', grouped(rows.validation)],
    ['rows to test on', grouped(rows.test)],
    [model.members > 1 ? `parameters in each of ${model.members} networks` : 'parameters', grouped(model.parameters)],
    [`epochs, ${count(updates, 'update')}`, String(epochs)],
    ['of training', duration(seconds)],
  ];
  return html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="soft">Training ended: ${stopped.words}.</p>`;
}

/** What must be known before the number is believed. */
function warnings(data: ReportData): Part {
  const { headline: head, data: facts, stopped } = data;
  const list = [...unfinished(stopped.ending), ...doubts(head), ...facts.notes];
  const broken = facts.broken ?? [];
  if (list.length + broken.length === 0) return undefined;
  return html`<aside class="notes" id="notes"><h2>Before you rely on it</h2><ul>${list.map((note) => html`<li>${capital(note)}</li>`)}${
    broken.length > 0 &&
    html`<li>${count(broken.length, 'file')} could not be read and ${broken.length === 1 ? 'was' : 'were'} left out.<details><summary>Which, and why</summary><ul>${broken
      .slice(0, 200)
      .map(
        ({ path, why }) => html`<li><code>${path}</code> ${why}</li>`,
      )}</ul>${broken.length > 200 && html`<p>… and ${grouped(broken.length - 200)} more.</p>`}</details></li>`
  }</ul></aside>`;
}

function unfinished(ending: ReportData['stopped']['ending']): string[] {
  if (ending === 'diverged')
    return ['Training failed: its numbers became infinite. What is shown is what there was before.'];
  return ending === 'interrupted' ? ['Training was interrupted: more training may give a better model.'] : [];
}

/** What the numbers themselves say against the model. */
function doubts({ better, value, interval, baselines, on, rows }: Headline): string[] {
  const surely = interval ? (better === 'higher' ? interval.low : interval.high) : value;
  const beaten = baselines.find((baseline) =>
    better === 'higher' ? baseline.value >= surely : baseline.value <= surely,
  );
  return [
    ...(Number.isFinite(value) ? [] : ['The measured value is not a number: the model cannot be used.']),
    ...(beaten
      ? [`The model is not clearly better than a simpler way (${beaten.name}). It may not be worth its effort.`]
      : []),
    ...(on === 'validation'
      ? [
          'There are no test rows. The numbers come from the validation rows, which also decided when to stop, so they are likely to be too good.',
        ]
      : []),
    ...(rows < 100
      ? [`Only ${count(rows, 'row')} were measured. With so few, chance moves every number here a good deal.`]
      : []),
  ];
}
