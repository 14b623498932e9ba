import { duration } from '../../base/index.ts';
import type { Checked, PreflightProgress } from '../../doctor/index.ts';
import type { Io } from '../command.ts';
import { bar } from './bar.ts';

const verdictWidth = 8;

/** Two lines for a check, as soon as it has its answer: verdict and question, what was measured and what is healthy. */
export function checkLines({ verdict, question, measured, healthy }: Checked): string[] {
  const below = ' '.repeat(verdictWidth + 3);
  const answer = verdict === 'skipped' ? measured : `${measured}   [healthy: ${healthy}]`;
  return [`${verdict.padEnd(verdictWidth)} ${question}`, `${below}${answer}`];
}

/** Shows how far the checks are, in one line that is redrawn. */
export const checkProgress =
  (io: Io) =>
  ({ question, done, secondsLeft }: PreflightProgress): void =>
    io.redraw(`${bar(done, 14)} ${question}${Number.isFinite(secondsLeft) ? `  ${duration(secondsLeft)} left` : ''}`);

/** "2 errors, 1 warning, 20 of 24 checks healthy in 3.1 s" */
export function checkSummary(checks: readonly Checked[], seconds: number): string {
  const count = (verdict: Checked['verdict']) => checks.filter((one) => one.verdict === verdict).length;
  const [errors, warnings, skipped] = [count('error'), count('warning'), count('skipped')];
  const asked = checks.length - skipped;
  const wrong = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  const healthy = `${asked - errors - warnings} of ${asked} checks healthy in ${duration(seconds)}`;
  return [...wrong, healthy].join(', ');
}
