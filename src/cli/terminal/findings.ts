import { grouped, short, WellfitError } from '../../base/index.ts';
import type { Examination, Finding, Proof, Severity } from '../../doctor/index.ts';

/** As soon as it is seen, before anything is known of its cause. */
export const findingLine = ({ severity, rule, saw }: Finding): string => `${severity}: ${rule}: ${saw}`;

/** What was found, what it means, and what to do; the lines that follow the first are set in. */
export function findingLines(finding: Finding): string[] {
  const { severity, rule, layer, since, saw, why, proved, rootCause } = finding;
  const place = [layer && `"${layer}"`, since > 0 && `since update ${grouped(since)}`].filter(Boolean).join(', ');
  const head = rootCause ? (proved ? `${severity}, the cause` : `${severity}, the likely cause`) : severity;
  return [
    `${head}: ${rule}${place ? ` (${place})` : ''}`,
    `  saw: ${saw}`,
    `  why: ${why}`,
    ...finding.try.map((words, i) => `  ${i === 0 ? 'try:' : '    '} ${words}`),
    ...(proved ? [`  proof: ${proofWords(proved)}`] : []),
  ];
}

const proofWords = ({ change, measure, without, with: after, better, seeds, epochs }: Proof): string =>
  `${change}: ${measure} ${short(without)} -> ${short(after)} in probes of ${grouped(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}, better with ${better} of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;

/** The chain, what was tried, and what was repaired. */
export function examinationLines({ findings, suppressed, trials, repair }: Examination): string[] {
  const grave = findings.filter(({ severity }) => severity !== 'info');
  return [
    ...(grave.length === 0 ? ['healthy: nothing was found that hurts this training'] : []),
    ...findings.flatMap((finding, i) => [...(i > 0 ? [''] : []), ...findingLines(finding)]),
    ...suppressed.map(({ rule, reason }) => `not told of: ${rule} (${reason})`),
    ...(trials.length > 0 ? ['', 'what was tried:'] : []),
    ...trials.map(({ changes, measure, without, with: after, helps, epochs }) => {
      const what = changes.map(({ what: each }) => each).join(', and ');
      if (Number.isNaN(after)) return `  ${what}: cannot be built`;
      return `  ${what}: ${measure} ${short(without)} -> ${short(after)} after ${grouped(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}${helps ? '' : ', no help'}`;
    }),
    ...(repair
      ? [
          '',
          repair.words,
          ...(repair.kept
            ? repair.diff.map(({ setting, before, after }) => `  ${setting}: ${plain(before)} -> ${plain(after)}`)
            : []),
        ]
      : []),
  ];
}

const plain = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const grade: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/** "--fail-on warning": whether a finding is that grave. */
export const fails = (findings: readonly Finding[], from: Severity): boolean =>
  findings.some(({ severity }) => grade[severity] >= grade[from]);

export function severityOption(text: string): Severity {
  if (text === 'info' || text === 'warning' || text === 'error') return text;
  throw new WellfitError('option', '--fail-on names how grave a finding must be', {
    expected: 'info, warning or error',
    received: text,
  });
}

/** "rule=reason", collected over several options. */
export function suppressOption(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0 && text.slice(at + 1).trim() !== '') return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new WellfitError('option', '--suppress needs a rule and the reason why it is not to be told of', {
    expected: '--suppress rule=reason',
    received: text,
    fix: 'as in: --suppress "imbalance=rare classes do not matter here"',
  });
}
