import { lookUp, WellfitError } from '../../base/index.ts';
import { type CheckName, checks, type Finding, preflightOn, type Severity } from '../../doctor/index.ts';
import type { Command } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { checkLines, checkProgress, checkSummary, findingLines } from '../terminal/checks.ts';

export const check: Command = {
  summary: 'check data, network and first weights before training: seconds, not minutes',
  examples: [
    'wellfit check customers.csv --target churned',
    'wellfit check --dataset mnist --model cnn --quick',
    'wellfit check experiment.json --json --fail-on error',
    'wellfit check experiment.json --suppress "imbalance=the metric is balancedAccuracy"',
  ],
  define: (parser) =>
    jsonOption(
      engineOptions(experimentOptions(parser))
        .option('--quick', 'only what is also asked before every training')
        .option('--fail-on <severity>', 'warning or error: from which on the exit code is 1', 'warning')
        .option('--suppress <check=reason>', 'what is known and wanted; may be repeated', repeated),
    ),

  async run(paths, options, io) {
    const suppressed = suppressions((options.suppress ?? []) as string[]);
    const failing = failingFrom(options.failOn as string);
    const given = await experimentFrom(paths, options);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const { dataset, experiment } = await loadFor(given, io);
    const { findings, ...preflight } = await preflightOn(dataset, experiment, {
      engine,
      quick: options.quick === true,
      signal: io.signal,
      onCheck(checked) {
        for (const line of checkLines(checked)) io.say(line);
      },
      onProgress: checkProgress(io),
    });
    io.redraw('');
    const open = findings.filter(({ rule }) => !suppressed.has(rule));
    const known = findings.filter(({ rule }) => suppressed.has(rule));
    for (const finding of open) for (const line of ['', ...findingLines(finding, open.length > 1)]) io.say(line);
    io.say('');
    for (const { rule } of known) io.say(`suppressed: ${rule}, because ${suppressed.get(rule)}`);
    io.say(checkSummary(preflight.checks, preflight.seconds));
    const failed = open.some(({ severity }) => failing.includes(severity));
    io.result({
      healthy: !failed,
      findings: open,
      suppressed: known.map((finding) => ({ ...finding, reason: suppressed.get(finding.rule) })),
      ...preflight,
    });
    return failed ? 1 : 0;
  },
};

const repeated = (text: string, before: string[] = []): string[] => [...before, text];

/** Checks whose findings are known, and why they do not count. */
function suppressions(given: readonly string[]): ReadonlyMap<Finding['rule'], string> {
  return new Map(
    given.map((text): [CheckName, string] => {
      const at = text.indexOf('=');
      const [name, reason] = [text.slice(0, at), text.slice(at + 1).trim()];
      if (at < 1 || reason === '')
        throw new WellfitError('option', '--suppress needs the name of a check and a reason', {
          expected: '--suppress check=reason',
          received: text,
          fix: 'as in: --suppress "imbalance=the metric is balancedAccuracy"',
        });
      return [lookUp(checks, name, '--suppress', 'check'), reason];
    }),
  );
}

function failingFrom(severity: string): readonly Severity[] {
  if (severity === 'warning') return ['warning', 'error'];
  if (severity === 'error') return ['error'];
  throw new WellfitError('option', '--fail-on must be a severity', {
    expected: 'warning or error',
    received: severity,
  });
}
