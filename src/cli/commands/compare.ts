import { duration, grouped, short, WellfitError } from '../../base/index.ts';
import { bestOf, findingsOf, type RunRecord, replay } from '../../runs/index.ts';
import type { Store, StoredRun } from '../../runs/store/index.ts';
import type { Command } from '../command.ts';
import { jsonOption } from '../options.ts';
import { chooseRun, noStore, storeOption, withStore } from '../store.ts';
import { grid } from '../terminal/grid.ts';
import { mostSeries, plot, type Series } from '../terminal/plot.ts';
import { formatMetric } from '../terminal/table.ts';

export const compare: Command = {
  summary: 'runs side by side: the settings in which they differ, their results, and their curves in one drawing',
  examples: ['wellfit compare 2026-11-21-13 last', 'wellfit compare baseline wider deeper --json'],
  define: (parser) =>
    jsonOption(
      storeOption(parser.argument('<runs...>', 'names of runs or their beginnings, their folders, or "last"')),
    ),

  async run(given, { store }, io) {
    const compared = await withStore(store, (open) => read(open, given));
    if (!compared) throw noStore(store);
    const stored = compared.map(({ run }) => run);
    const differences = settingsThatDiffer(stored.map(({ settings }) => settings));
    const heads = compared.map((_, i) => `run ${i + 1}`);
    for (const [i, { name, dataset }] of stored.entries()) io.say(`${heads[i]}: ${name} (${dataset})`);
    io.say('');
    if (differences.length === 0) io.say('the settings are the same');
    else
      for (const line of grid([
        ['setting', ...heads],
        ...differences.map(({ path, values }) => [path, ...values.map(inWords)]),
      ]))
        io.say(line);
    io.say('');
    for (const line of grid([['result', ...heads], ...resultsOf(stored)])) io.say(line);
    for (const { title, series, format } of curvesOf(compared)) {
      io.say('');
      for (const line of plot(title, 'epoch', series, format)) io.say(line);
    }
    io.result({ runs: stored.map(({ settings: _, ...run }) => ({ ...run, best: bestOf(run.summary) })), differences });
    return 0;
  },
};

interface Compared {
  readonly run: StoredRun;
  readonly record: RunRecord;
}

async function read({ runs, events }: Store, given: readonly string[]): Promise<Compared[]> {
  const known = await runs();
  const chosen = given.map((name) => chooseRun(known, name));
  const refuse = (received: string, fix: string) =>
    new WellfitError('option', 'compare needs different runs', { expected: `2 to ${mostSeries} runs`, received, fix });
  if (chosen.length < 2) throw refuse('one run', 'name a second run; "wellfit runs" lists them');
  if (chosen.length > mostSeries) throw refuse(`${chosen.length} runs`, 'leave some out');
  const twice = chosen.find(({ id }, i) => chosen.findIndex((other) => other.id === id) < i);
  if (twice) throw refuse(`"${twice.name}" twice`, 'name each run once; "wellfit runs" lists them');
  return Promise.all(
    chosen.map(async (run) => ({ run, record: replay(await events(run.id, { kinds: ['start', 'member', 'epoch'] })) })),
  );
}

interface Difference {
  /** As --set takes it. */
  readonly path: string;
  /** One a run; undefined where it has no such setting. */
  readonly values: readonly unknown[];
}

function settingsThatDiffer(settings: readonly unknown[]): Difference[] {
  const flat = settings.map((each) => new Map(leaves(each, '')));
  const paths = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((each) => each.get(path)) }))
    .filter(({ values }) => values.some((value) => inWords(value) !== inWords(values[0])));
}

/** Every value that has no parts, with its path. */
function leaves(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

const inWords = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function resultsOf(runs: readonly StoredRun[]): string[][] {
  const line = (name: string, cell: (run: StoredRun) => string) => [name, ...runs.map(cell)];
  const measured = (metric: string | undefined, value: number | undefined) =>
    metric === undefined || typeof value !== 'number' ? '' : `${formatMetric(metric, value)} ${metric}`;
  const testOf = ({ results }: StoredRun) =>
    ((results ?? {}) as { test?: { loss?: number; metric?: number } }).test ?? {};
  const loss = (value: unknown) => (typeof value === 'number' ? short(value) : '');
  const lines = [
    line('state', ({ state }) => state),
    line('epochs', ({ summary }) => grouped(summary.members.reduce((sum, { epochs }) => sum + epochs, 0))),
    line('best validation loss', ({ summary }) => loss(bestOf(summary)?.loss)),
    line('best validation', ({ summary }) => measured(summary.metric, bestOf(summary)?.metric)),
    line('test loss', (run) => loss(testOf(run).loss)),
    line('test', (run) => measured(run.summary.metric, testOf(run).metric)),
    line('time', ({ summary }) => duration(summary.seconds)),
    line('findings', ({ summary }) => {
      const { count, worst } = findingsOf(summary);
      return worst === undefined ? '' : `${count} (${worst})`;
    }),
  ];
  return lines.filter(([, ...cells]) => cells.some((cell) => cell !== ''));
}

interface Curves {
  readonly title: string;
  readonly series: readonly Series[];
  readonly format?: (value: number) => string;
}

/** Of each run its first network: losses on the validation rows, on the training rows where none has them. */
function curvesOf(compared: readonly Compared[]): Curves[] {
  const curve = (kind: 'validation' | 'train', value: 'loss' | 'metric') =>
    compared.map(({ record }, i) => {
      const epochs = (record.members[0]?.epochs ?? []).filter((epoch) => epoch[kind]?.[value] !== undefined);
      return { name: `run ${i + 1}`, x: epochs.map(({ epoch }) => epoch), y: epochs.map((e) => e[kind]![value]!) };
    });
  const drawn = ({ series }: Curves) => series.some(({ x }) => x.length > 1);
  const held = { title: 'validation loss', series: curve('validation', 'loss') };
  const [metric, ...others] = new Set(compared.map(({ run }) => run.summary.metric));
  const metrics =
    metric === undefined || others.length > 0
      ? []
      : [
          {
            title: `validation ${metric}`,
            series: curve('validation', 'metric'),
            format: (value: number) => formatMetric(metric, value),
          },
        ];
  const losses: Curves = drawn(held) ? held : { title: 'training loss', series: curve('train', 'loss') };
  return [losses, ...metrics].filter(drawn);
}
