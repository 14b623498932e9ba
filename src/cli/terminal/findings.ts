import { grouped, short } from '../../base/index.ts';
import type { Examination, Finding, Proof } from '../../doctor/index.ts';

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

export const suppressedLine = ({ rule, reason }: { rule: string; reason: string }): string =>
  `suppressed: ${rule}, because ${reason}`;

/** The chain, what was tried, and what was repaired. */
export function examinationLines({ findings, suppressed, trials, repair }: Examination): string[] {
  const grave = findings.filter(({ severity }) => severity !== 'info');
  return [
    ...(grave.length === 0 ? ['healthy: nothing was found that hurts this training'] : []),
    ...findings.flatMap((finding, i) => [...(i > 0 ? [''] : []), ...findingLines(finding)]),
    ...suppressed.map(suppressedLine),
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
