import { duration, grouped, short } from '../../base/index.ts';
import { modelFile } from '../../export/index.ts';
import { optimizers } from '../../optim/index.ts';
import { type Run, type TrainEvent, trainOn } from '../../train/index.ts';
import { type Command, type Io, numberOption } from '../command.ts';
import { chooseEngine, loadFor, readExperiment } from '../experiment.ts';
import { openOutput } from '../output.ts';
import { bar } from '../terminal/bar.ts';
import { epochHeader, epochRow, formatMetric } from '../terminal/table.ts';

export const train: Command = {
  summary: 'train a network and save it as an ONNX model',
  examples: [
    'wellfit train --dataset digits',
    'wellfit train --dataset mnist --model cnn --epochs 5',
    'wellfit train --dataset iris --optimizer momentum --lr 0.05 --json',
    'wellfit train experiment.json --out models/first',
  ],
  define: (parser) =>
    parser
      .argument('[experiment]', 'experiment file: .json, or .ts/.js with a default export')
      .option('--dataset <name>', 'built in: digits, iris; found or downloaded: mnist, fashion-mnist, cifar-10')
      .option('--model <name>', 'linear, mlp or cnn')
      .option('--epochs <n>', 'most passes over the training rows', numberOption('epochs'))
      .option('--batch-size <n>', 'rows in one update', numberOption('batch-size'))
      .option('--optimizer <name>', Object.keys(optimizers).join(', '))
      .option('--lr <rate>', 'learning rate', numberOption('lr'))
      .option('--seed <n>', 'decides the first weights, the order of the rows and every mask', numberOption('seed'))
      .option('--threads <n>', 'threads inside one operator; 0: one a core', numberOption('threads'), 0)
      .option('--engine <name>', 'cpu, webgpu, cuda or reference', 'cpu')
      .option('--out <folder>', 'where the model goes; default: .wellfit/runs/<time>-<data set>')
      .option('--json', 'one JSON object on stdout, everything else on stderr'),

  async run([path], options, io) {
    const experiment = merged(path ? await readExperiment(path) : {}, options);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const dataset = await loadFor(experiment, io);
    const output = await openOutput(options.out as string | undefined, dataset.name);
    try {
      const run = await trainOn(dataset, experiment, { engine, signal: io.signal, onEvent: reporter(io, engine.name) });
      const summary = {
        ...summarize(run, output.name),
        engine: engine.name,
        files: { model: await output.write('model.onnx', modelFile(run)) },
      };
      await output.write('result.json', summary);
      closing(run, summary.files.model, io);
      io.result(summary);
      return run.stopped.ending === 'interrupted' ? 130 : run.stopped.ending === 'diverged' ? 1 : 0;
    } catch (error) {
      await output.discard();
      throw error;
    }
  },
};

/** Options of the command line override the experiment file. */
function merged(file: Record<string, unknown>, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const experiment: Record<string, unknown> = { ...file };
  if (options.dataset !== undefined) experiment.data = { dataset: options.dataset };
  for (const key of ['model', 'epochs', 'batchSize', 'seed'] as const)
    if (options[key] !== undefined) experiment[key] = options[key];
  if (options.optimizer !== undefined) experiment.optimizer = options.optimizer;
  if (options.lr !== undefined) experiment.optimizer = withRate(experiment.optimizer ?? 'adam', options.lr);
  return experiment;
}

function withRate(optimizer: unknown, lr: unknown): unknown {
  if (typeof optimizer === 'string') return { [optimizer]: { lr } };
  const named = Object.entries(optimizer ?? {});
  // What is no optimizer is refused with everything else, when the settings are read.
  return named.length === 1 ? { [named[0][0]]: { ...named[0][1], lr } } : optimizer;
}

function reporter(io: Io, engine: string): (event: TrainEvent) => void {
  let settings: Extract<TrainEvent, { kind: 'start' }>['settings'];
  return (event) => {
    if (event.kind === 'start') {
      settings = event.settings;
      for (const line of opening(event, engine)) io.say(line);
      io.say(epochHeader(settings.metric));
    } else if (event.kind === 'epoch') io.say(epochRow(event.record, settings.metric, event.best));
    else {
      const { epoch, rowsDone, rowsTotal, loss, metric, samplesPerSecond, secondsLeft } = event;
      const done = (epoch - 1 + rowsDone / rowsTotal) / settings.epochs;
      io.redraw(
        `epoch ${epoch}/${settings.epochs} ${bar(done, 14)} loss ${short(loss)}  ${settings.metric} ${formatMetric(settings.metric, metric)}  ${grouped(Math.round(samplesPerSecond))} rows/s  ${duration(secondsLeft)} left`,
      );
    }
  };
}

function opening(
  { settings, chosen, notes, parameters, rows }: Extract<TrainEvent, { kind: 'start' }>,
  engine: string,
): string[] {
  const automatic = chosen.map(
    ({ setting, value, why }) =>
      `  ${setting} = ${typeof value === 'string' ? value : JSON.stringify(value)}  (${why})`,
  );
  return [
    `${settings.data.dataset}: ${grouped(rows.train)} rows to train on, ${grouped(rows.validation)} for validation, ${grouped(rows.test)} for the test`,
    `model: ${settings.model.map((layer) => Object.keys(layer as object)[0]).join(' - ')}, ${grouped(parameters)} parameters; engine: ${engine}; seed ${settings.seed}`,
    ...(automatic.length > 0 ? ['chosen for you:', ...automatic] : []),
    ...notes.map((note) => `note: ${note}`),
    '',
  ];
}

function closing(
  { stopped, best, test, settings, seconds, updates, samplesPerSecond }: Run,
  file: string,
  io: Io,
): void {
  io.say('');
  io.say(stopped.ending === 'diverged' ? `training failed: ${stopped.words}` : `stopped: ${stopped.words}`);
  if (best) io.say(`kept the weights of epoch ${best.epoch}`);
  if (test) io.say(`test: ${settings.metric} ${formatMetric(settings.metric, test.metric)}, loss ${short(test.loss)}`);
  io.say(`${grouped(updates)} updates in ${duration(seconds)}, ${grouped(Math.round(samplesPerSecond))} rows a second`);
  io.say(`model: ${file}`);
}

/** The object that --json prints. */
function summarize(run: Run, name: string) {
  const { settings, chosen, notes, network, epochs, best, test, stopped, updates, seconds, samplesPerSecond } = run;
  return {
    run: name,
    dataset: settings.data.dataset,
    seed: settings.seed,
    settings,
    chosen,
    notes,
    model: { parameters: network.model.parameterCount },
    epochs,
    best,
    test,
    stopped,
    updates,
    seconds,
    samplesPerSecond,
  };
}
