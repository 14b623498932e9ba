import type { ReportData } from '../data.ts';
import { html } from '../html.ts';
import type { Section } from './section.ts';

/** How to do it again, and how to ask the model. */
export function use(report: ReportData): Section {
  const { command, settings } = report;
  return {
    id: 'use',
    title: 'Reproduce and use',
    body: html`${command !== undefined && html`<h3>Train it again</h3><pre><code>${command}</code></pre>`}
<details><summary>All settings, with what was chosen for you</summary><p>Saved as a file and given to <code>wellfit train</code>, they do the same training. On the same machine the same seed gives the same numbers.</p><pre><code>${JSON.stringify(settings, null, 2)}</code></pre></details>
<h3>Ask the model</h3><pre><code>${example(report)}</code></pre>
<p class="soft">The file is plain ONNX with the preprocessing inside: any ONNX runtime, in any language, can load it.</p>`,
  };
}

/** A program that works as it stands, with a row of this data set. */
function example({ worst, data: { target, columns } }: ReportData): string {
  const values = worst[0]?.values;
  const unused = new Set([target, ...(columns ?? []).filter(({ used }) => !used).map(({ name }) => name)]);
  const row = Object.entries(values ?? {}).filter(([name]) => !unused.has(name));
  const picture = !values && worst[0]?.image !== undefined;
  const asked = values
    ? `{\n${row.map(([name, value]) => `  ${JSON.stringify(name)}: ${literal(value)},\n`).join('')}}`
    : picture
      ? 'await readFile("picture.png")'
      : 'row';
  const read = picture ? 'import { readFile } from "node:fs/promises";\n' : '';
  return `${read}import { loadModel } from "wellfit";\n\nconst model = await loadModel("model.onnx");\nconst [answer] = await model.predict([${asked}]);`;
}

/** Numbers as numbers; what only looks like one, as a postcode with a leading zero, stays text. */
const literal = (value: string | null): string =>
  value !== null && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? value : JSON.stringify(value);
