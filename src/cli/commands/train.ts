import { duration, forShell, grouped, short, WellfitError } from '../../base/index.ts';
import { dataName } from '../../data/index.ts';
import type { LoadedData } from '../../data/readers/index.ts';
import type { Engine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import { modelFile } from '../../export/index.ts';
import { type Baseline, baselinesOn, refuseFinished } from '../../train/index.ts';
import { attend } from '../attend.ts';
import { checkpointKeeper, findRun, readCheckpoint, resumeCommand } from '../checkpoints.ts';
import { type Command, type Io, numberOption } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { type Output, openOutput, reopenOutput } from '../output.ts';
import { openRecorder } from '../recorder.ts';
import { type ReportFacts, reportPage } from '../report.ts';
import { storeOption } from '../store.ts';
import { columnLines } from '../terminal/columns.ts';
import { reporter } from '../terminal/events.ts';
import { chainLines } from '../terminal/findings.ts';
import { formatMetric, metricName } from '../terminal/table.ts';
import { failOption, fails } from '../verdict.ts';

export const train: Command = {
  summary: 'train a network and save it as an ONNX model',
  examples: [
    'wellfit train customers.csv --target churned',
    'wellfit train "sales/*.parquet" --target amount --where "year >= 2020" --column zip=category',
    'wellfit train photos/',
    'wellfit train --dataset digits',
    'wellfit train --dataset mnist --model cnn --epochs 5',
    'wellfit train --dataset iris --optimizer momentum --lr 0.05 --json',
    'wellfit train --dataset digits --lr auto --set regularize.l2=0.0001 --set ensemble.members=3',
    'wellfit train experiment.json --out models/first',
    'wellfit train --resume last',
  ],
  define: (parser) =>
    jsonOption(
      failOption(storeOption(engineOptions(experimentOptions(parser))))
        .option('--out <folder>', 'where the model goes; default: .wellfit/runs/<time>-<data set>')
        .option('--resume <run>', 'go on with an interrupted run: its folder, its name in .wellfit/runs, or "last"')
        .option(
          '--checkpoint-seconds <n>',
          'least seconds between two checkpoints at the ends of epochs, inside an epoch three times as many; default: 10',
          numberOption('checkpoint-seconds'),
        )
        .option('--no-check', 'begin without looking at data, structure and first weights')
        .option(
          '--repair',
          'go on from the last good state where a loss is no number; where something is wrong, try what helps and train again, kept only where it is better',
        ),
    ),

  async run(paths, options, io) {
    const { experiment, engine, loaded, output, resume } = await (options.resume === undefined
      ? begin(paths, options, io)
      : goOn(paths, options, io));
    const { dataset } = loaded;
    for (const line of loaded.table ? columnLines(loaded.table) : []) io.say(line);
    for (const { path: file, why } of (loaded.broken ?? []).slice(0, 10)) io.say(`skipped ${file}: ${why}`);
    const keeper = checkpointKeeper(output, io, resume !== undefined);
    const facts = { name: output.name, folder: output.folder, dataset: dataset.name };
    const store = options.store as string | undefined;
    const recorder = openRecorder({ ...facts, store, resume: resume !== undefined }, io);
    let ending: Parameters<typeof recorder.finish>[0] = 'failed';
    let results: object | undefined;
    try {
      const report = reporter(io, engine.name);
      const check = options.check !== false && resume === undefined;
      const attended = await attend({ dataset, experiment, engine, recorder, report, check }, io);
      const first = await trainEnsemble(dataset, experiment, {
        engine,
        signal: io.signal,
        onEvent: attended.onEvent,
        onCheckpoint: keeper.take,
        checkpointSeconds: options.checkpointSeconds as number | undefined,
        recover: options.repair === true,
        resume,
      });
      const examined = options.repair ? await attended.repair(first) : undefined;
      const run = examined?.run ?? first;
      const findings = examined?.findings ?? attended.findings();
      const interrupted = run.stopped.ending === 'interrupted';
      const model = await output.write('model.onnx', modelFile(run));
      const baselines = interrupted ? [] : await baselinesOn(dataset, run, { engine, signal: io.signal });
      const page = interrupted
        ? undefined
        : await saveReport(
            run,
            loaded,
            {
              engine,
              baselines,
              findings,
              repair: examined?.repair,
              version: io.version,
              command: commandLine(paths, options),
            },
            output,
            io,
          );
      const { table } = loaded;
      const summary = {
        ...summarize(run, output.name),
        engine: engine.name,
        findings,
        ...(examined && { trials: examined.trials, repair: examined.repair }),
        ...(table && { table: tableFacts(table) }),
        ...(loaded.broken && { broken: loaded.broken }),
        baselines,
        files: { model, ...(page && { report: page }) },
      };
      await output.write('result.json', summary);
      await keeper.finish();
      const next = interrupted && keeper.kept ? resumeCommand(output, options) : undefined;
      const gone = attended.over();
      if (gone.length > 0) io.say(`over: ${gone.join(', ')}; the training got over it`);
      const chain = examined ? [] : chainLines(findings);
      for (const line of chain.length > 0 ? ['', ...chain] : []) io.say(line);
      closing(run, baselines, summary.files, io, next, !('dataset' in run.settings.data));
      io.result(summary);
      await output.close();
      const { epochs: _, settings: __, ...short } = summary;
      results = short;
      ending = interrupted ? 'interrupted' : run.stopped.ending === 'diverged' ? 'failed' : 'finished';
      const failed = fails(findings, options.failOn);
      return interrupted ? 130 : run.stopped.ending === 'diverged' || failed ? 1 : 0;
    } catch (error) {
      await output.discard();
      throw error;
    } finally {
      await recorder.finish(ending, results);
    }
  },
};

type Options = Parameters<Command['run']>[1];

const engineOf = ({ engine, threads }: Options): Engine => chooseEngine(engine as string, threads as number);

/** What a new run works with. */
async function begin(paths: readonly string[], options: Options, io: Io) {
  const asked = await experimentFrom(paths, options);
  const engine = engineOf(options);
  const loaded = await loadFor(asked, io);
  const { experiment } = loaded;
  const output = await openOutput(options.out as string | undefined, loaded.dataset.name);
  return { experiment, engine, loaded, output, resume: undefined };
}

/** batchSize -> --batch-size */
const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** What may stand beside --resume: nothing that an experiment says. */
const besideResume = ['resume', 'threads', 'engine', 'json', 'checkpointSeconds', 'store', 'check', 'failOn', 'repair'];

/** What an interrupted run works with. */
async function goOn(paths: readonly string[], options: Options, io: Io) {
  const given = paths.length > 0 ? paths : Object.keys(options).filter((name) => !besideResume.includes(name));
  if (given.length > 0)
    throw new WellfitError('option', 'a run goes on with the settings it began with', {
      expected:
        'beside --resume only --engine, --threads, --json, --checkpoint-seconds, --store, --repair and --fail-on',
      received: paths[0] ?? given.map(flagOf).join(', '),
      fix: 'leave it out, or start a new run without --resume',
    });
  const engine = engineOf(options);
  const output = await reopenOutput(await findRun(options.resume as string));
  try {
    const resume = await readCheckpoint(output.folder);
    refuseFinished(resume);
    const loaded = await loadFor(resume.settings as unknown as Record<string, unknown>, io);
    const { experiment } = loaded;
    const { state, members } = resume;
    const where = state ? `epoch ${state.epoch}, after update ${grouped(state.update)}` : 'the next member';
    io.say(`resuming ${output.folder} in ${members?.length ? `member ${members.length + 1}, ` : ''}${where}`);
    if (resume.engine !== engine.name)
      io.say(
        `note: it began on the engine ${resume.engine} and goes on on ${engine.name}, so that the bits will differ`,
      );
    return { experiment, engine, loaded, output, resume };
  } catch (error) {
    await output.close();
    throw error;
  }
}

/** Writes the page; a run is never lost to it. */
async function saveReport(
  run: EnsembleRun,
  loaded: LoadedData,
  facts: ReportFacts,
  output: Output,
  io: Io,
): Promise<string | undefined> {
  try {
    const page = await reportPage(run, loaded, facts);
    return page && (await output.write('report.html', new TextEncoder().encode(page)));
  } catch (error) {
    io.say(`note: the report could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** What was typed, as far as a person would type it again. */
function commandLine(paths: readonly string[], options: Options): string {
  const given = Object.entries(options).filter(
    ([name, value]) =>
      !['json', 'out', 'store', 'failOn'].includes(name) &&
      value !== undefined &&
      !(name === 'check' && value === true),
  );
  const parts = given
    .filter(([name, value]) => !(name === 'threads' && value === 0) && !(name === 'engine' && value === 'cpu'))
    .flatMap(([name, value]) => [value].flat().map((each) => `${flagOf(name)} ${forShell(String(each))}`));
  return ['wellfit train', ...paths.map(forShell), ...parts].join(' ');
}

function closing(
  run: EnsembleRun,
  baselines: readonly Baseline[],
  files: { model: string; report?: string },
  io: Io,
  resume: string | undefined,
  /** The data are the user's own. */
  own: boolean,
): void {
  const { stopped, best, averaged, gain, zeros, test, settings, seconds, updates, samplesPerSecond } = run;
  const name = metricName(settings);
  io.say('');
  io.say(stopped.ending === 'diverged' ? `training failed: ${stopped.words}` : `stopped: ${stopped.words}`);
  if (averaged) io.say(`kept the mean of the weights of ${averaged.epochs} epochs`);
  else if (best && !gain) io.say(`kept the weights of epoch ${best.epoch}`);
  if ('l1' in settings.regularize || 'elasticNet' in settings.regularize)
    io.say(`${grouped(zeros.count)} of ${grouped(zeros.of)} weights are exactly zero`);
  if (gain) {
    const alone = gain.members.map((value) => formatMetric(name, value)).join(', ');
    io.say(`test ${name} of the members alone: ${alone}; together: ${formatMetric(name, gain.together)}`);
  }
  if (test) {
    const { interval } = test;
    const trust = interval
      ? ` (95 % sure: ${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)})`
      : '';
    io.say(`test: ${name} ${formatMetric(name, test.metric)}${trust}, loss ${short(test.loss)}`);
    const others = Object.entries(test.metrics).filter(([other]) => shown.includes(other) && other !== name);
    if (others.length > 0)
      io.say(`      ${others.map(([other, value]) => `${other} ${formatMetric(other, value)}`).join(', ')}`);
    for (const { name: baseline, value } of baselines)
      io.say(`      ${formatMetric(name, value)} is what ${baseline} gives`);
  }
  io.say(`${grouped(updates)} updates in ${duration(seconds)}, ${grouped(Math.round(samplesPerSecond))} rows a second`);
  if (resume) io.say(`continue with: ${resume}`);
  io.say(`model: ${files.model}`);
  if (files.report) io.say(`report: ${files.report}`);
  if (own && !resume) io.say(`predict with it: npx wellfit predict ${files.model} <new data>`);
}

/** Metrics that a person looks at beside the one of the run. */
const shown = ['balancedAccuracy', 'rocAuc', 'averagePrecision', 'rmse', 'meanAbsoluteError', 'r2'];

/** What was found in a table, without the values of its rows: they may be anybody's. */
const tableFacts = ({ target, task, why, columns }: NonNullable<LoadedData['table']>) => ({
  ...{ target: target.name, task, why },
  columns: columns.map(({ top: _, ...column }) => column),
});

/** The object that --json prints. */
function summarize(run: EnsembleRun, name: string) {
  const { settings, chosen, notes, network, epochs, best, averaged, gain, zeros, test, stopped, updates } = run;
  return {
    run: name,
    dataset: dataName(settings.data),
    seed: settings.seed,
    settings,
    chosen,
    notes,
    model: { parameters: network.model.parameterCount },
    epochs,
    best,
    averaged,
    ensemble: gain,
    zeros,
    test,
    stopped,
    updates,
    seconds: run.seconds,
    samplesPerSecond: run.samplesPerSecond,
  };
}
