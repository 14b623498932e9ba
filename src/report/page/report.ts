import type { ReportData } from '../data.ts';
import { html } from '../html.ts';
import { done } from './done.ts';
import { errors } from './errors.ts';
import { found } from './found.ts';
import { headline } from './headline.ts';
import { importance } from './importance.ts';
import { learning } from './learning.ts';
import { metrics } from './metrics.ts';
import { script } from './script.ts';
import { sectionHtml } from './section.ts';
import { style } from './style.ts';
import { trust } from './trust.ts';
import { use } from './use.ts';
import { worst } from './worst.ts';

const sections = [done, found, learning, errors, trust, importance, worst, metrics, use];

/**
 * The report of a training as one HTML file: no network, no library, readable without scripts, in light and dark, on paper and on a phone. Every text
 * of the data is escaped.
 */
export function renderReport(data: ReportData): string {
  const parts = sections.map((section) => section(data)).filter((section) => section !== undefined);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${data.title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<nav aria-label="Contents"><ol>${parts.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
<main>
${headline(data)}
${parts.map(sectionHtml)}
<footer>Made by Wellfit ${data.version}. This file holds everything it shows and asks nothing of the network.</footer>
</main>
<script>${{ html: script }}</script>
</body>
</html>
`.html;
}
