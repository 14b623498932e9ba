import type { ReportData } from '../data.ts';
import { learningCurves } from '../draw/curves.ts';
import { figure, legend } from '../draw/plot.ts';
import { html } from '../html.ts';
import { brief, capital, metricTick, metricWords } from '../words.ts';
import type { Section } from './section.ts';

/** Loss and metric, epoch after epoch. */
export function learning({
  curves,
  headline: { metric },
  model,
  settings: { ensemble },
}: ReportData): Section | undefined {
  if (curves.every(({ epochs }) => epochs.length === 0)) return undefined;
  const words = metricWords(metric);
  const several = curves.length > 1;
  const firstOnly = !several && model.members > 1 && ensemble && 'members' in ensemble;
  const bests = curves.flatMap(({ best }) => (best === undefined ? [] : [best]));
  const kept = several ? 'the epochs whose weights were kept' : 'the epoch whose weights were kept';
  const shares = words.share ? { least: 0, most: 1 } : {};
  return {
    id: 'learning',
    title: 'How it learned',
    body: html`<p>One epoch is one pass over all rows to learn from. As long as both lines move the same way, the model learns something general. Where the training line goes on improving and the validation line does not, it begins to learn the training rows by heart.</p>
${legend(['line train', 'training'], ['line validation', 'validation'], ...(bests.length > 0 ? [['dot kept', kept] as const] : []))}
<div class="pair">${figure(
      learningCurves(curves, {
        label: 'loss',
        format: (value) => brief(Number(value.toPrecision(3))),
        train: ({ train }) => train.loss,
        validation: ({ validation }) => validation?.loss,
      }),
      'The loss is what training makes smaller: a number for how far the answers are from the truth. The training loss is measured while the weights move, with dropout and augmentation at work, so it may lie above the validation loss.',
    )}${figure(
      learningCurves(curves, {
        label: words.title.toLowerCase(),
        format: (value) => metricTick(metric, Number(value.toPrecision(4))),
        train: ({ train }) => train.metric,
        validation: ({ validation }) => validation?.metric,
        ...shares,
      }),
      html`${capital(words.title)}${words.meaning && html`: ${words.meaning}`}.${several && html` One thin line for each of the ${curves.length} networks.`}${firstOnly && ` Drawn is the first of ${model.members} networks.`}`,
    )}</div>`,
  };
}
