import { duration, grouped, percent, short } from '../../base/index.ts';
import type { Finding } from '../../doctor/index.ts';
import { type MemberRecord, type RecordedFinding, type RunRecord, replay } from '../../runs/index.ts';
import type { StoredRun } from '../../runs/store/index.ts';
import type { Command } from '../command.ts';
import { jsonOption } from '../options.ts';
import { chooseRun, noStore, storeOption, withStore } from '../store.ts';
import { findingLines } from '../terminal/findings.ts';
import { grid } from '../terminal/grid.ts';
import { mostSeries, plot, type Series } from '../terminal/plot.ts';
import { formatMetric, metricName } from '../terminal/table.ts';

export const show: Command = {
  summary: 'one run: what was chosen, how it went in small drawings, its layers, and what was found',
  examples: ['wellfit show last', 'wellfit show 2026-11-21-13-54-56-digits', 'wellfit show last --json'],
  define: (parser) =>
    jsonOption(storeOption(parser.argument('<run>', 'the name of a run or its beginning, its folder, or "last"'))),

  async run([given], { store }, io) {
    const found = await withStore(store, async ({ runs, events }) => {
      const run = chooseRun(await runs(), given);
      return { run, record: replay(await events(run.id)) };
    });
    if (!found) throw noStore(store);
    const { run, record } = found;
    const metric = metricName({ metric: 'loss', ...record.start?.settings } as Parameters<typeof metricName>[0]);
    const sections = [
      headOf(run, record),
      resultsOf(run, record, metric),
      ...drawingsOf(record, metric),
      ...signalsOf(record),
      record.findings.flatMap(foundLines),
      record.logs.map(({ time, text }) => `${clock(time)} ${text}`),
    ];
    for (const [i, lines] of sections.filter((lines) => lines.length > 0).entries()) {
      if (i > 0) io.say('');
      for (const line of lines) io.say(line);
    }
    io.result({ run, record });
    return 0;
  },
};

const clock = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

function headOf({ name, id, folder, dataset, state, started, summary, lost }: StoredRun, { start }: RunRecord) {
  const { rows, parameters, chosen = [], notes = [] } = start ?? {};
  const value = (v: unknown) => (typeof v === 'string' ? v : JSON.stringify(v));
  return [
    `${name}: ${dataset}, ${state}, ${duration(summary.seconds)}, begun ${clock(started)} UTC`,
    `  id ${id}, folder ${folder}`,
    ...(rows
      ? [
          `  ${grouped(rows.train)} rows to train on, ${grouped(rows.validation)} for validation, ${grouped(rows.test)} for the test${parameters === undefined ? '' : `; ${grouped(parameters)} parameters`}`,
        ]
      : []),
    ...chosen.map(({ setting, value: v, why }) => `  ${setting} = ${value(v)}  (${why})`),
    ...notes.map((note) => `note: ${note}`),
    ...(lost > 0 ? [`note: ${grouped(lost)} events of this run could not be recorded`] : []),
  ];
}

function resultsOf({ results }: StoredRun, { members }: RunRecord, metric: string): string[] {
  const { test } = (results ?? {}) as { test?: { loss?: number; metric?: number } };
  return [
    ...members.map((member) => {
      const { best, stopped, epochs } = member;
      const kept = best?.validation ?? best?.train;
      const words = stopped ? stopped.words : `${grouped(epochs.length)} epochs so far`;
      if (!best || !kept) return `${nameOf(member)}${words}`;
      const value = kept.metric === undefined ? '' : `${metric} ${formatMetric(metric, kept.metric)}, `;
      return `${nameOf(member)}${words}; best epoch ${best.epoch}: ${best.validation ? 'validation' : 'training'} ${value}loss ${short(kept.loss)}`;
    }),
    ...(typeof test?.loss === 'number'
      ? [
          `test: ${typeof test.metric === 'number' ? `${metric} ${formatMetric(metric, test.metric)}, ` : ''}loss ${short(test.loss)}`,
        ]
      : []),
  ];
}

/** "fold 2 of 5: "; empty for the only network. */
const nameOf = ({ what, index, of }: MemberRecord): string =>
  index === undefined ? '' : `${what} ${index} of ${of}: `;

function drawingsOf({ members }: RunRecord, metric: string): string[][] {
  const [only] = members;
  if (!only) return [];
  const byEpoch = members.some(({ epochs }) => epochs.length > 1);
  const format = (value: number) => formatMetric(metric, value);
  const metrics = metricsOf(members);
  return [
    ...(byEpoch
      ? [plot('loss', 'epoch', lossesOf(members))]
      : only.updates.loss.length > 1
        ? [plot('training loss', 'update', [{ name: 'loss', x: only.updates.update, y: only.updates.loss }])]
        : []),
    ...(byEpoch && metrics.length > 0 ? [plot(metric, 'epoch', metrics, format)] : []),
    ...(new Set(only.updates.lr).size > 1
      ? [plot('learning rate', 'update', [{ name: 'lr', x: only.updates.update, y: only.updates.lr }])]
      : []),
  ];
}

/** Of one network both curves; of several that on the validation rows. */
function lossesOf(members: readonly MemberRecord[]): Series[] {
  const [only] = members;
  const train = {
    name: 'train',
    x: only.epochs.map(({ epoch }) => epoch),
    y: only.epochs.map(({ train }) => train.loss),
  };
  return members.length === 1 ? [train, ...validation(members, 'loss')] : validation(members, 'loss');
}

function metricsOf(members: readonly MemberRecord[]): Series[] {
  const own = members[0].epochs.filter(({ train }) => train.metric !== undefined);
  const train = { name: 'train', x: own.map(({ epoch }) => epoch), y: own.map(({ train }) => train.metric!) };
  return members.length === 1 && own.length > 0
    ? [train, ...validation(members, 'metric')]
    : validation(members, 'metric');
}

const validation = (members: readonly MemberRecord[], what: 'loss' | 'metric'): Series[] =>
  members.slice(0, mostSeries).flatMap(({ epochs, what: kind, index }) => {
    const measured = epochs.filter(({ validation }) => validation?.[what] !== undefined);
    if (measured.length === 0) return [];
    const name = index === undefined ? 'validation' : `${kind} ${index}`;
    return [{ name, x: measured.map(({ epoch }) => epoch), y: measured.map(({ validation }) => validation![what]!) }];
  });

/** The latest of the last network. */
function signalsOf({ members }: RunRecord): string[][] {
  const latest = members.at(-1)?.signals.at(-1);
  if (!latest) return [];
  const { update, layers = {}, parameters = {} } = latest;
  const number = (x?: number) => (x === undefined ? '' : short(x, 3));
  const share = (x?: number) => (x === undefined ? '' : Number.isFinite(x) ? percent(x, 0) : String(x));
  const layerRows = Object.entries(layers).map(([name, l]) => [
    ...[name, number(l.mean), number(l.deviation), share(l.zeros), share(l.silent), share(l.saturated)],
    number(l.gradient),
  ]);
  const parameterRows = Object.entries(parameters).map(([name, p]) => [
    ...[name, number(p.weight), number(p.gradient), number(p.update), number(p.ratio)],
  ]);
  const table = (head: string[], rows: string[][]) => (rows.length > 0 ? [grid([head, ...rows])] : []);
  return [
    ...table(['layer', 'mean', 'deviation', 'zeros', 'silent', 'saturated', 'gradient'], layerRows),
    ...table(['parameter', 'weight', 'gradient', 'update', 'ratio'], parameterRows),
  ].map((lines, i) => (i === 0 ? [`signals after update ${grouped(update)}`, ...lines] : lines));
}

/** What was recorded of a finding; of several networks, with the one that it is of. */
function foundLines({ member, ...finding }: RecordedFinding): string[] {
  const [head, ...rest] = findingLines({ since: 0, proved: null, rootCause: false, ...finding } as Finding);
  return [member === undefined ? head : `${head}, network ${member}`, ...rest];
}
