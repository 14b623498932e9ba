import type { Dataset } from '../../data/index.ts';
import type { Change, Finding } from '../finding.ts';
import type { Check, Verdict } from './check.ts';
import { type ContextOptions, contextOf, heed } from './context.ts';
import { type CheckName, checks } from './index.ts';

/** A check with its answer. */
export interface Checked {
  readonly check: CheckName;
  readonly question: string;
  readonly verdict: Verdict;
  readonly measured: string;
  readonly healthy: string;
  readonly meaning: string;
  readonly layer?: string;
  /** Of the experiment, that should help, the likeliest first. */
  readonly changes: readonly Change[];
  readonly seconds: number;
}

/** How far the checks are. */
export interface PreflightProgress {
  readonly question: string;
  /** 0 … 1, of all checks. */
  readonly done: number;
  readonly secondsLeft: number;
}

export interface PreflightOptions extends ContextOptions {
  /** Called as soon as each check has its answer. */
  readonly onCheck?: (checked: Checked) => void;
  readonly onProgress?: (progress: PreflightProgress) => void;
}

export interface Preflight {
  /** In the order of the table. */
  readonly checks: readonly Checked[];
  /** What is wrong, what nothing else explains first. */
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

/**
 * Asks of an experiment what can be known before it is trained; seconds, not minutes. Nothing is kept of it, and the training to come is not
 * touched.
 * @throws WellfitError for anything in the experiment or the data that cannot work at all, and where it is interrupted
 */
export async function preflightOn(
  dataset: Dataset,
  experiment: unknown,
  options: PreflightOptions = {},
): Promise<Preflight> {
  const { quick = false, onCheck, onProgress, signal } = options;
  const started = performance.now();
  const secondsSince = (start: number) => (performance.now() - start) / 1000;
  const chosen = (Object.entries(checks) as [CheckName, Check][]).filter(([, check]) => check.quick || !quick);
  const slow = Math.max(1, chosen.filter(([, check]) => !check.quick).length);
  let [finished, question, told] = [0, 'Can it be trained at all?', 0];
  const tell = (within: number) => {
    if (!onProgress || performance.now() - told < 50) return;
    told = performance.now();
    const done = Math.min(1, (finished + within) / slow);
    onProgress({ question, done, secondsLeft: done > 0 ? (secondsSince(started) * (1 - done)) / done : Number.NaN });
  };
  tell(0);
  const context = await contextOf(dataset, experiment, options, tell);
  const answers: Checked[] = [];
  const findings: Finding[] = [];
  for (const [name, check] of chosen) {
    heed(signal);
    question = check.question;
    tell(0);
    const start = performance.now();
    const { try: remedies = [], changes = [], ...outcome } = await check.run(context);
    const { healthy, meaning } = check;
    const answer = { check: name, question, healthy, meaning, ...outcome, changes, seconds: secondsSince(start) };
    if (!check.quick) finished++;
    answers.push(answer);
    onCheck?.(answer);
    if (answer.verdict === 'warning' || answer.verdict === 'error')
      findings.push(findingOf(answer, answer.verdict, remedies));
  }
  heed(signal);
  return { checks: answers, findings: inOrder(findings), seconds: secondsSince(started) };
}

/** The checks that are cheap enough to be asked before every training. */
export const quickChecks = (
  dataset: Dataset,
  experiment: unknown,
  options: Omit<PreflightOptions, 'quick'> = {},
): Promise<Preflight> => preflightOn(dataset, experiment, { ...options, quick: true });

const findingOf = (
  { check, measured, healthy, meaning, layer, changes }: Checked,
  severity: 'warning' | 'error',
  remedies: readonly string[],
): Finding => ({
  rule: check,
  severity,
  ...(layer !== undefined && { layer }),
  since: 0,
  saw: `${measured} (healthy: ${healthy})`,
  why: meaning,
  try: [...changes.map(({ what }) => what), ...remedies],
  proved: null,
  rootCause: false,
});

/** What no other finding explains comes first, then what is graver, then in the order of the table; the first may be the cause of all others. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const explained = ({ rule }: Finding) =>
    findings.some((other) => other.rule !== rule && checks[other.rule as CheckName].leadsTo.includes(rule));
  const rank = (finding: Finding) => 2 * Number(explained(finding)) + Number(finding.severity === 'warning');
  return findings.toSorted((a, b) => rank(a) - rank(b)).map((finding, i) => ({ ...finding, rootCause: i === 0 }));
}
