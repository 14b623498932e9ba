import { metrics as known } from '../../nn/index.ts';
import type { ReportData } from '../data.ts';
import { html } from '../html.ts';
import { metricValue, metricWords } from '../words.ts';
import { type Section, table } from './section.ts';

/** Every metric that fits the task. */
export function metrics({ metrics: values, headline }: ReportData): Section {
  const better = (name: string) => (known as Readonly<Record<string, { better: 'higher' | 'lower' }>>)[name]?.better;
  return {
    id: 'metrics',
    title: 'All metrics',
    body: html`<p>All are measured on the ${headline.on} rows. Pick the one that costs what an error costs you; the others are here for comparison with other work.</p>${table(
      Object.entries(values),
      [
        {
          title: 'Metric',
          cell: ([name]) =>
            name === headline.metric ? html`<b>${metricWords(name).title}</b>` : metricWords(name).title,
        },
        { title: 'Value', cell: ([name, value]) => metricValue(name, value), sort: ([, value]) => value },
        { title: 'Better', cell: ([name]) => better(name) ?? '' },
        { title: 'What it means', cell: ([name]) => metricWords(name).meaning },
      ],
    )}`,
  };
}
