import type { Calibration, ReportData } from '../data.ts';
import { figure } from '../draw/plot.ts';
import { binCounts, reliability } from '../draw/reliability.ts';
import { html } from '../html.ts';
import { clipped, share } from '../words.ts';
import type { Section } from './section.ts';

/** Whether what was said with 80 % comes true 80 times in 100. */
export function trust({ calibration }: ReportData): Section | undefined {
  if (!calibration) return undefined;
  const { of, error } = calibration;
  const what = of === undefined ? 'the class that it says' : `“${clipped(of, 60)}”`;
  return {
    id: 'trust',
    title: 'Can its probabilities be trusted?',
    body: html`<p>${verdict(error)} On average over all rows, the stated probability of ${what} and the share that came true differ by <b>${share(error)}</b> (expected calibration error). ${direction(calibration)}</p>
<div class="pair">${figure(
      reliability(calibration),
      `Rows are grouped by the probability that the model stated for ${what}. Where dots lie on the dashed line, what is said with 80\u00a0% comes true 80 times in 100. Below the line, the model is too sure. Larger dots stand for more rows, vertical lines for the uncertainty that few rows leave (95\u00a0%).`,
    )}${figure(binCounts(calibration), 'How often the model stated which probability.')}</div>`,
  };
}

function verdict(error: number): string {
  if (error < 0.02) return 'Yes, closely.';
  if (error < 0.05) return 'Yes, roughly.';
  return error < 0.1 ? 'With care.' : 'No: take them as a ranking, not as probabilities.';
}

/** Only for the class that was said, where "too sure" has a meaning. */
function direction({ bins, of }: Calibration): string {
  if (of !== undefined) return '';
  const filled = bins.filter(({ rows }) => rows > 0);
  const rows = filled.reduce((sum, bin) => sum + bin.rows, 0);
  const surplus = filled.reduce((sum, bin) => sum + bin.rows * (bin.confidence - bin.accuracy), 0) / rows;
  if (Math.abs(surplus) < 0.01) return '';
  return surplus > 0 ? 'It tends to be too sure of itself.' : 'It tends to be less sure than it could be.';
}
