import type { Finding, Severity } from './finding.ts';
import type { History } from './history.ts';
import type { Rule, Sighting } from './rule.ts';
import { type RuleName, rules } from './rules/index.ts';

/** A sighting with the rule that saw it. */
export interface Seen extends Sighting {
  readonly rule: RuleName;
}

/** What these say of how little was learned means nothing where a training was lost. */
const ofSlowness: readonly RuleName[] = [
  'lossFlat',
  'fallingSlowly',
  'updateRatioTooLow',
  'underfitting',
  'stoppedTooEarly',
];

/** Everything that the rules see, the causes before what they bring about; the first one is the head of the chain. */
export function look(history: History): Seen[] {
  const seen = (Object.entries(rules) as [RuleName, Rule][]).flatMap(([name, rule]) => {
    if (rule.needs.some((need) => history[need].length === 0)) return [];
    if (history.stopped?.ending === 'diverged' && ofSlowness.includes(name)) return [];
    const sighting = rule.look(history);
    return sighting ? [{ ...sighting, rule: name }] : [];
  });
  return inOrder(seen);
}

/** What is wrong with a training, as suspicions: one chain, with its head first. */
export const diagnose = (history: History): Finding[] =>
  look(history).map(({ changes: _, ...sighting }, i) => ({
    ...sighting,
    proved: null,
    rootCause: i === 0 && sighting.severity !== 'info',
  }));

const weight: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 };

/** What nothing else explains comes first; then what is graver; then in the order of the table, which goes from causes to symptoms. */
export function inOrder(seen: readonly Seen[]): Seen[] {
  const names = Object.keys(rules);
  const explained = ({ rule }: Seen) =>
    seen.some((other) => other.rule !== rule && reaches(other.rule, rule) && !reaches(rule, other.rule));
  const rank = (one: Seen) => [
    one.severity === 'info' ? 1 : 0,
    explained(one) ? 1 : 0,
    -weight[one.severity],
    names.indexOf(one.rule),
  ];
  return seen.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? 0 : x[at] - y[at];
  });
}

/** Whether the finding of one rule can bring about that of another, through any number of others. */
function reaches(from: RuleName, to: RuleName, passed: ReadonlySet<string> = new Set()): boolean {
  const next = (rules[from] as Rule).leadsTo;
  if (next.includes(to)) return true;
  const walked = new Set([...passed, from]);
  return next.some((name) => !walked.has(name) && name in rules && reaches(name as RuleName, to, walked));
}
