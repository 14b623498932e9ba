import type { ReportData } from '../data.ts';
import { importanceBars } from '../draw/bars.ts';
import { figure } from '../draw/plot.ts';
import { html } from '../html.ts';
import { brief, capital, clipped, count, metricWords, number } from '../words.ts';
import { type Section, table } from './section.ts';

const mostBars = 20;

/** Which columns the answers depend on. */
export function importance({ importance: given, headline: { metric, better } }: ReportData): Section | undefined {
  if (!given || given.features.length === 0) return undefined;
  const { features, rows, repeats } = given;
  const words = metricWords(metric);
  const format = (drop: number): string =>
    words.share
      ? (100 * drop)
          .toFixed(1)
          .replace(/^-0\.0$/, '0.0')
          .replace('-', '−')
      : number(drop);
  const tick = (drop: number): string => brief(words.share ? 100 * drop : drop);
  const label = `${words.title} ${better === 'higher' ? 'lost' : 'gained'}${words.share ? ', percentage points' : ''}`;
  const none = features.filter(({ drop, deviation }) => drop <= deviation).length;
  const [first] = features;
  return {
    id: 'importance',
    title: 'What it looks at',
    body: html`<p>The values of one column are exchanged between rows at random, so that they say nothing any more, and the model is measured again. The worse it gets, the more it relied on that column. It relies most on <b>${clipped(first.feature, 60)}</b>${none > 0 && html`; of ${none === features.length ? 'all ' : ''}${count(none, 'column')}, exchanging the values makes no clear difference`}.</p>
${figure(
  importanceBars(features.slice(0, mostBars), { format, tick }, label),
  html`Permutation importance on ${count(rows, 'row')}, mean of ${repeats} repeats; the thin line is one standard deviation to both sides. <b>Caveat:</b> where two columns say nearly the same, the model can do without either, and both look unimportant. A column that matters to this model need not be a cause of anything.`,
  'wide',
)}${
  features.length > mostBars &&
  html`<details><summary>All ${count(features.length, 'column')}</summary>${table(features, [
    { title: 'Column', cell: ({ feature }) => clipped(feature, 80) },
    { title: capital(label), cell: ({ drop }) => format(drop), sort: ({ drop }) => drop },
    { title: 'Standard deviation', cell: ({ deviation }) => format(deviation), sort: ({ deviation }) => deviation },
  ])}</details>`
}`,
  };
}
