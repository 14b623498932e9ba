import { duration, grouped, percent } from '../../base/index.ts';
import type { SearchEvent, SearchPlan, TrialRecord } from '../../search/index.ts';
import type { Io } from '../command.ts';
import { bar } from '../terminal/bar.ts';
import { formatMetric } from '../terminal/table.ts';
import { rangeWords, settingsLine } from './words.ts';

/** Shows a search as it goes: what is tried, a line for each new best, and how much is left. */
export function searchReporter(io: Io, workers: number): (event: SearchEvent) => void {
  const started = performance.now();
  let plan: SearchPlan;
  let best: TrialRecord | undefined;
  const counts = { running: 0, complete: 0, pruned: 0, failed: 0 };
  const known = new Map<number, TrialRecord['state']>();
  let updates = 0;
  const isBetter = (trial: TrialRecord) =>
    trial.state === 'complete' && (best === undefined || trial.objectives![0] < best.objectives![0]);
  let told = 0;
  const overNow = () => counts.complete + counts.pruned + counts.failed;
  const share = (): number => {
    const { trials, seconds, updates: most } = plan.budget;
    const passed = (performance.now() - started) / 1000;
    return Math.max(trials ? overNow() / trials : 0, seconds ? passed / seconds : 0, most ? updates / most : 0);
  };
  const progress = (): string => {
    const { trials } = plan.budget;
    const passed = (performance.now() - started) / 1000;
    const over = overNow();
    const done = share();
    const [{ name }] = plan.settings.objectives;
    const leader = best ? `best ${name} ${formatMetric(name, best.results![0])} (trial ${best.number})  ` : '';
    const left = done > 0 ? `  ${duration((passed / done) * (1 - done))} left` : '';
    return `${grouped(over)}${trials ? ` of ${grouped(trials)}` : ''} trials ${bar(done, 14)} ${leader}${counts.running} running, ${counts.pruned} pruned${counts.failed > 0 ? `, ${counts.failed} failed` : ''}${left}`;
  };
  return (event) => {
    if (event.kind === 'start') {
      plan = event.plan;
      for (const line of opening(plan, workers)) io.say(line);
    } else if (event.kind === 'trial') {
      const { trial } = event;
      const before = known.get(trial.number);
      if (before) counts[before]--;
      counts[trial.state]++;
      known.set(trial.number, trial.state);
      if (trial.state !== 'running') updates += trial.updates ?? 0;
      if (isBetter(trial) && plan.settings.objectives.length === 1) {
        best = trial;
        const [{ name }] = plan.settings.objectives;
        io.say(
          `trial ${trial.number}: ${name} ${formatMetric(name, trial.results![0])}   ${settingsLine(plan.space, trial.values)}`,
        );
      }
      io.redraw(progress());
      // Where no line can be redrawn, one in ten is said.
      const tenth = Math.floor(10 * share());
      if (!io.live && trial.state !== 'running' && tenth > told) {
        told = tenth;
        io.say(progress());
      }
    } else if (event.kind === 'stage') {
      io.say(
        `stage ${event.index + 1}, ${event.stage.kind === 'extended' ? 'wider' : 'closer'}${event.stage.length < 1 ? `, trials of ${percent(event.stage.length, 0)} of the length` : ''}:`,
      );
      for (const reason of event.stage.reasons) io.say(`  ${reason}`);
    } else if (event.kind === 'final')
      io.redraw(`training the best again with new seeds ${bar(event.done / event.of)}`);
    else if (event.kind === 'together') io.redraw(`training those that answer together ${bar(event.done / event.of)}`);
    else
      io.redraw(
        event.what === 'winner'
          ? 'training the winner as a whole'
          : 'training the experiment without a search, to compare',
      );
  };
}

function opening({ settings, space, budget, folds, chosen }: SearchPlan, workers: number): string[] {
  const { name, objectives, sampler, pruner, stages } = settings;
  // The space is printed anyway.
  const told = chosen.filter(({ setting }) => setting !== 'space');
  const goal = objectives.map(({ name: of, better }) => `${of} (${better} is better)`).join(' and ');
  const most = [
    ...(budget.trials === undefined ? [] : [`${grouped(budget.trials)} trials`]),
    ...(budget.updates === undefined ? [] : [`${grouped(budget.updates)} updates`]),
    ...(budget.seconds === undefined ? [] : [duration(budget.seconds)]),
  ].join(' or ');
  return [
    `study ${name}: ${grouped(space.length)} setting${space.length === 1 ? '' : 's'}, at most ${most}, on ${workers} worker${workers === 1 ? '' : 's'}`,
    `objective: validation ${goal}${folds > 1 ? `, mean of ${folds} folds` : ''}`,
    `sampler: ${sampler.kind}; pruner: ${pruner?.kind ?? 'none'}${stages > 1 ? `; ${stages} stages from coarse to fine` : ''}`,
    ...space.map((parameter) => `  ${rangeWords(parameter)}`),
    ...(told.length > 0
      ? ['chosen for you:', ...told.map(({ setting, value, why }) => `  ${setting} = ${shown(value)}  (${why})`)]
      : []),
    '',
  ];
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
