import type { Command as Parser } from 'commander';
import { lookUp, WellfitError } from '../base/index.ts';
import type { Finding, Severity } from '../doctor/index.ts';

const grades: readonly Severity[] = ['info', 'warning', 'error'];

/** When a command that judges ends with 1. */
export const failOption = (parser: Parser, otherwise?: Severity): Parser =>
  parser.option(
    '--fail-on <severity>',
    'exit with 1 where something as grave is found: info, warning or error',
    severity,
    otherwise,
  );

/** What is known and wanted. */
export const suppressOption = (parser: Parser): Parser =>
  parser.option('--suppress <rule=reason>', 'what is known and wanted, and why; may be repeated', suppression);

/** Whether something as grave was found; never where no severity was asked for. */
export const fails = (findings: readonly Finding[], from: unknown): boolean =>
  from !== undefined &&
  findings.some(({ severity: found }) => grades.indexOf(found) >= grades.indexOf(from as Severity));

/** The rules that are not to be told of, with the reasons; each must stand in the table. */
export function suppressedRules(given: unknown, table: object): Readonly<Record<string, string>> {
  const suppress = (given ?? {}) as Record<string, string>;
  for (const rule of Object.keys(suppress)) lookUp(table, rule, '--suppress', 'rule');
  return suppress;
}

function severity(text: string): Severity {
  if (grades.includes(text as Severity)) return text as Severity;
  throw new WellfitError('option', '--fail-on names how grave a finding must be', {
    expected: grades.join(', '),
    received: text,
  });
}

function suppression(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const reason = text.slice(at + 1).trim();
  if (at > 0 && reason !== '') return { ...before, [text.slice(0, at)]: reason };
  throw new WellfitError('option', '--suppress needs the name of a rule and a reason', {
    expected: '--suppress rule=reason',
    received: text,
    fix: 'as in: --suppress "imbalance=the metric is balancedAccuracy"',
  });
}
