import { checks, preflightOn } from '../../doctor/index.ts';
import type { Command } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { checkLines, checkProgress, checkSummary } from '../terminal/checks.ts';
import { findingLines, suppressedLine } from '../terminal/findings.ts';
import { failOption, fails, suppressedRules, suppressOption } from '../verdict.ts';

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
      suppressOption(failOption(engineOptions(experimentOptions(parser)), 'warning')).option(
        '--quick',
        'only what is also asked before every training',
      ),
    ),

  async run(paths, options, io) {
    const suppress = suppressedRules(options.suppress, checks);
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
    const open = findings.filter(({ rule }) => !(rule in suppress));
    const suppressed = findings
      .filter(({ rule }) => rule in suppress)
      .map((finding) => ({ ...finding, reason: suppress[finding.rule] }));
    for (const finding of open) for (const line of ['', ...findingLines(finding)]) io.say(line);
    io.say('');
    for (const one of suppressed) io.say(suppressedLine(one));
    io.say(checkSummary(preflight.checks, preflight.seconds));
    const failed = fails(open, options.failOn);
    io.result({ healthy: !failed, findings: open, suppressed, ...preflight });
    return failed ? 1 : 0;
  },
};
