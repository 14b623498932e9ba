import { duration, grouped, percent, short } from '../../base/index.ts';
import { controlOf, type Finalist, leadersOf, type SearchResult, type TrialRecord } from '../../search/index.ts';
import { bar } from '../terminal/bar.ts';
import { formatMetric, metricName } from '../terminal/table.ts';
import { settingsLine } from './words.ts';

/** What a search has found, for people. */
export function closingLines(result: SearchResult): string[] {
  const { study, ended, plan } = result;
  const several = plan.settings.objectives.length > 1;
  const count = (state: TrialRecord['state']) => study.trials.filter((trial) => trial.state === state).length;
  const states = (['complete', 'pruned', 'failed', 'running'] as const).flatMap((state) =>
    count(state) > 0 ? [`${grouped(count(state))} ${state === 'running' ? 'unfinished' : state}`] : [],
  );
  return [
    '',
    [`ended: ${ended.words}`, states.join(', ')].filter(Boolean).join('; '),
    ...pruningLines(result),
    '',
    ...(several ? frontLines(result) : leaderLines(result)),
    ...importanceLines(result),
    ...result.warnings.map(({ words }) => `warning: ${words}`),
    ...(result.warnings.some(({ kind }) => kind === 'edge')
      ? ['go on with the wider ranges: the same command with --resume and --extend']
      : []),
    ...(several
      ? [
          '',
          'with several objectives nobody has won: experiment.json holds the first of these, and result.json all of them',
          `done in ${duration(result.seconds)}`,
        ]
      : winnerLines(result)),
  ];
}

/** What pruning saved, and what it cost as far as the control group shows. */
function pruningLines({ study }: SearchResult): string[] {
  const { trials, stages, settings } = study;
  const pruned = trials.filter(({ state }) => state === 'pruned');
  const longest = (length: number) =>
    Math.max(
      0,
      ...trials.filter((trial) => stages[trial.stage].length === length).map(({ reports }) => reports.length),
    );
  const saved = pruned.reduce((sum, trial) => sum + longest(stages[trial.stage].length) - trial.reports.length, 0);
  const all = trials.reduce((sum, { reports }) => sum + reports.length, 0);
  if (pruned.length === 0 || saved <= 0) return [];
  const control = controlOf(study);
  const [{ name }] = settings.objectives;
  const [best] = control.doomed;
  return [
    `pruning left out ${grouped(saved)} of ${grouped(saved + all)} steps (${percent(saved / (saved + all), 0)})`,
    ...(control.trials > 0
      ? [
          `of ${control.trials} trials that were never pruned, it would have ended ${control.doomed.length}${best ? `; the best of those came to ${name} ${formatMetric(name, best.results![0])}` : ''}`,
        ]
      : []),
  ];
}

function leaderLines({ study, plan: { space } }: SearchResult): string[] {
  const [{ name }] = study.settings.objectives;
  const leaders = leadersOf(study, 3);
  if (leaders.length === 0) return ['no trial was completed'];
  return [
    `the best trials by validation ${name}:`,
    ...leaders.map(
      ({ number, results, values }) =>
        `  ${String(number).padStart(4)}  ${formatMetric(name, results![0]).padStart(9)}  ${settingsLine(space, values)}`,
    ),
  ];
}

function frontLines({ front = [], plan: { space, settings } }: SearchResult): string[] {
  const names = settings.objectives.map(({ name }) => name);
  return [
    `no trial is better than these in ${names.join(' and ')} at once:`,
    ...front
      .toSorted((a, b) => a.objectives![0] - b.objectives![0])
      .map(
        ({ number, results, values }) =>
          `  ${String(number).padStart(4)}  ${results!.map((value, i) => formatMetric(names[i], value).padStart(10)).join(' ')}  ${settingsLine(space, values)}`,
      ),
  ];
}

/** Trials below which nobody can say what mattered. */
const few = 15;

function importanceLines({ importances, study }: SearchResult): string[] {
  const complete = study.trials.filter(({ state }) => state === 'complete');
  const known = (parameter: string) => complete.filter(({ values }) => parameter in values).length;
  const enough = importances.filter(({ parameter }) => known(parameter) >= few);
  const all = enough.reduce((sum, { importance }) => sum + importance, 0);
  const told = enough.map(({ parameter, importance }) => ({ parameter, share: importance / all })).slice(0, 8);
  if (told.length < 2 || !(all > 0)) return [];
  const width = Math.max(...told.map(({ parameter }) => parameter.length));
  return [
    '',
    'what mattered:',
    ...told.map(({ parameter, share }) => `  ${parameter.padEnd(width)} ${bar(share, 20)} ${percent(share, 0)}`),
  ];
}

/** "98.1 % ± 0.3 % over 3 seeds". */
const spread = (name: string, { mean, standardError, again }: Finalist): string =>
  again.length > 1
    ? `${formatMetric(name, mean)} ± ${formatMetric(name, standardError)} over ${again.length} seeds`
    : `${formatMetric(name, mean)} with one more seed`;

function winnerLines({ crowned, run, usual, together, plan, best, seconds }: SearchResult): string[] {
  const [{ name }] = plan.settings.objectives;
  const lines: string[] = [''];
  if (crowned) {
    const { finalists, winner, simplest, optimism } = crowned;
    lines.push('the best, trained again with new seeds:');
    for (const one of finalists)
      lines.push(
        `  trial ${one.number}: ${spread(name, one)}; ${formatMetric(name, one.selected)} in the search${one.parameters === undefined ? '' : `; ${grouped(one.parameters)} parameters`}${plan.usual && one.number === 0 ? ' (the experiment without a search)' : ''}`,
      );
    lines.push(
      optimism > 0
        ? `the search was too hopeful of its best trial by ${formatMetric(name, optimism)}`
        : 'the best trial of the search keeps what it promised',
    );
    lines.push(
      `winner: trial ${winner.number}${simplest.number === winner.number ? '' : `; the simplest within one standard error is trial ${simplest.number}`}`,
    );
    lines.push(...comparison(finalists, winner.number, plan.usual !== undefined, name));
  } else if (best && run) lines.push(`winner: trial ${best.number}`);
  if (run) lines.push(...testLines(run, usual, crowned === undefined));
  lines.push(...togetherLines(plan.ensemble, together, run));
  lines.push(`done in ${duration(seconds)}`);
  return lines;
}

/** The winner on the test rows, with its interval, and the experiment without a search beside it. */
function testLines(run: NonNullable<SearchResult['run']>, usual: SearchResult['usual'], unproved: boolean): string[] {
  const lines = unproved ? ['there was no time to train the best again: that it is the best may be luck'] : [];
  const { test } = run;
  if (!test) return lines;
  const name = metricName(run.settings);
  const { interval } = test;
  const sure = interval
    ? ` (95 % sure: ${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)})`
    : '';
  lines.push(`test, measured once: ${name} ${formatMetric(name, test.metric)}${sure}`);
  if (usual?.test)
    lines.push(
      `      without the search ${formatMetric(name, usual.test.metric)}${interval && usual.test.metric >= interval.low && usual.test.metric <= interval.high ? ': too few test rows to tell them apart' : ''}`,
    );
  return lines;
}

/** What an ensemble gains over the winner, and what it costs. */
function togetherLines(asked: boolean, together: SearchResult['together'], run: SearchResult['run']): string[] {
  if (!together) return asked ? ['together: no two of the best trials answer better than the best one alone'] : [];
  const { trials, validation, run: all } = together;
  const name = metricName(all.settings);
  const sizes = all.members!.map(({ network }) => network.model.parameterCount);
  const sum = sizes.reduce((total, size) => total + size, 0);
  const cost = run ? `; ${short(sum / run.network.model.parameterCount, 2)} times the parameters of the winner` : '';
  return [
    `together: trials ${trials.join(', ')}${cost}`,
    `      validation ${name} ${formatMetric(name, validation.together)}, ${formatMetric(name, validation.alone)} of the first alone${all.test ? `; test ${formatMetric(name, all.test.metric)}` : ''}`,
  ];
}

/** Whether the search was worth it, as far as the new seeds tell. */
function comparison(finalists: readonly Finalist[], winner: number, known: boolean, name: string): string[] {
  const usual = known ? finalists.find(({ number }) => number === 0) : undefined;
  if (!usual) return [];
  if (usual.number === winner) return ['nothing that was tried is better than the experiment without a search'];
  const [first] = finalists;
  if (Number.isNaN(first.standardError + usual.standardError))
    return ['whether that is better than without a search cannot be said: there was time for one more seed each'];
  const gap = Math.abs(first.mean - usual.mean);
  const error = Math.hypot(first.standardError, usual.standardError);
  return [
    gap > 2 * error
      ? `on the validation rows better than without a search by ${formatMetric(name, gap)} (standard error ${formatMetric(name, error)})`
      : `on the validation rows no better than without a search beyond chance: ${formatMetric(name, gap)}, with a standard error of ${formatMetric(name, error)}`,
  ];
}
