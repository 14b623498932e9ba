import type { Report, Trial } from '../trial.ts';

/** The first report whose step reaches `step`. */
export function firstFrom(reports: readonly Report[], step: number): Report | undefined {
  // Steps are whole and rise from 1, so that the place sought is step - 1 or before it.
  if (reports[step - 1]?.step === step) return reports[step - 1];
  let low = 0;
  let high = Math.min(step - 1, reports.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reports[middle].step < step) low = middle + 1;
    else high = middle;
  }
  return reports[low];
}

/** What was reported at exactly this step. */
export function valueAt(reports: readonly Report[], step: number): number | undefined {
  const report = firstFrom(reports, step);
  return report?.step === step ? report.value : undefined;
}

/** The last step that any complete trial reached; 0 where there is none. */
export const longest = (trials: readonly Trial[]): number =>
  trials.reduce((most, { state, reports }) => Math.max(most, (state === 'complete' && reports.at(-1)?.step) || 0), 0);
