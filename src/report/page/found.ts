import { grouped, short } from '../../base/index.ts';
import { type Finding, isGrave, type Proof } from '../../doctor/index.ts';
import type { ReportData } from '../data.ts';
import { type Html, html } from '../html.ts';
import type { Section } from './section.ts';

/** What is wrong with the training, its head first, and what was changed. */
export function found({ findings = [], repair }: ReportData): Section | undefined {
  const grave = findings.filter(isGrave);
  if (grave.length === 0 && !repair) return undefined;
  return {
    id: 'found',
    title: 'What was found',
    body: html`${repair && html`<p>${sentence(repair.words)}${repair.kept && html` Changed: ${repair.what.join('; ')}. What follows was found before.`}</p>`}
${grave.slice(0, 1).map(finding)}
${grave.length > 1 ? html`<h3>What comes with it</h3><ul>${grave.slice(1).map(effect)}</ul>` : ''}`,
  };
}

const sentence = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}.`;

/** What may come of the head, or hurts beside it. */
const effect = ({ rule, layer, since, saw }: Finding): Html =>
  html`<li><b>${rule}</b>${placeOf(layer, since)}: ${saw}</li>`;

const placeOf = (layer: string | undefined, since: number): string => {
  const place = [layer && `in ${layer}`, since > 0 && `since update ${grouped(since)}`].filter(Boolean).join(', ');
  return place ? ` (${place})` : '';
};

function finding({ rule, severity, layer, since, saw, why, try: remedies, proved, rootCause }: Finding): Html {
  const place = placeOf(layer, since);
  const said = rootCause
    ? proved && (proved.seeds > 1 || proved.errors > 4) && proved.better === proved.seeds
      ? 'the cause'
      : 'the likely cause'
    : severity;
  return html`<div class="notes"><h3>${rule} <span class="tag">${said}</span>${place && html` <small class="soft">${place}</small>`}</h3>
<p>${sentence(saw)} ${sentence(why)}</p>
<p>To try: ${remedies.join('; ')}.</p>
${proved ? html`<p class="soft">${proof(proved)}</p>` : ''}</div>`;
}

const proof = ({ change, measure, without, with: after, better, seeds, epochs }: Proof): string =>
  `Proof: ${change}: ${measure} ${short(without)} without, ${short(after)} with, in probes of ${grouped(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}; better with ${better} of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}.`;
