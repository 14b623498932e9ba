import { duration, grouped, short } from '../../base/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import { modelFile } from '../../export/index.ts';
import type { Command, Io } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { openOutput } from '../output.ts';
import { reporter } from '../terminal/events.ts';
import { formatMetric, metricName } from '../terminal/table.ts';

export const train: Command = {
  summary: 'train a network and save it as an ONNX model',
  examples: [
    'wellfit train --dataset digits',
    'wellfit train --dataset mnist --model cnn --epochs 5',
    'wellfit train --dataset iris --optimizer momentum --lr 0.05 --json',
    'wellfit train --dataset digits --lr auto --set regularize.l2=0.0001 --set ensemble.members=3',
    'wellfit train experiment.json --out models/first',
  ],
  define: (parser) =>
    jsonOption(
      engineOptions(experimentOptions(parser)).option(
        '--out <folder>',
        'where the model goes; default: .wellfit/runs/<time>-<data set>',
      ),
    ),

  async run([path], options, io) {
    const experiment = await experimentFrom(path, options);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const dataset = await loadFor(experiment, io);
    const output = await openOutput(options.out as string | undefined, dataset.name);
    try {
      const onEvent = reporter(io, engine.name);
      const run = await trainEnsemble(dataset, experiment, { engine, signal: io.signal, onEvent });
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

function closing(run: EnsembleRun, file: string, io: Io): void {
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
  if (test) io.say(`test: ${name} ${formatMetric(name, test.metric)}, loss ${short(test.loss)}`);
  io.say(`${grouped(updates)} updates in ${duration(seconds)}, ${grouped(Math.round(samplesPerSecond))} rows a second`);
  io.say(`model: ${file}`);
}

/** The object that --json prints. */
function summarize(run: EnsembleRun, name: string) {
  const { settings, chosen, notes, network, epochs, best, averaged, gain, zeros, test, stopped, updates } = run;
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
