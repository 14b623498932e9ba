import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatShape, grouped, percent } from '../../base/index.ts';
import { readModel } from '../../data/readers/index.ts';
import { describeFile, type FileDescription, type FileTensor, type ModelFacts, readFacts } from '../../onnx/index.ts';
import type { Baseline, EpochRecord, Report, Settings } from '../../train/index.ts';
import type { Command, Io } from '../command.ts';
import { jsonOption } from '../options.ts';
import { runsFolder } from '../output.ts';
import { named } from '../predictions/open.ts';
import { contentOf, inWords } from '../predictions/words.ts';
import { formatMetric, metricName } from '../terminal/table.ts';

export const inspect: Command = {
  summary: 'what a model file takes and gives, how it was trained and how good it was; any ONNX file',
  examples: ['wellfit inspect last', 'wellfit inspect models/churn/model.onnx --json'],
  define: (parser) =>
    jsonOption(
      parser.argument('<model>', 'a model file, the folder of a run, the name of a run in .wellfit/runs, or "last"'),
    ),

  async run([given], _, io) {
    const { path, bytes } = await readModel(given, runsFolder);
    const file = await named(path, () => describeFile(bytes));
    const { mtime, size } = await stat(path);
    const { metadata, ...rest } = file;
    const foreign = metadata['wellfit.version'] === undefined;
    const facts = foreign ? undefined : await named(path, () => readFacts(metadata));
    io.say(`${path}: ${bytesInWords(size)}, written ${mtime.toISOString().slice(0, 16).replace('T', ' ')} UTC`);
    const baselines = facts ? await baselinesOf(path, facts) : [];
    if (facts) printOwn(facts, baselines, io);
    else {
      io.say(
        `made by ${file.producer || 'an unknown program'}, not by Wellfit: "wellfit predict" cannot tell what its numbers mean`,
      );
      for (const [key, value] of Object.entries(metadata)) io.say(`  ${key} = ${value.slice(0, 100)}`);
    }
    printFile(file, io);
    io.result({
      path,
      bytes: size,
      written: mtime.toISOString(),
      wellfit: !foreign,
      ...(facts ? { ...facts, baselines } : { metadata }),
      file: rest,
    });
    return 0;
  },
};

function bytesInWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6 ? `${grouped(Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const taskWords = {
  classes: 'one of several classes',
  scores: 'one of several classes, by scores that are no probabilities',
  labels: 'several labels, each with a probability',
  regression: 'numbers',
} as const;

function printOwn(facts: ModelFacts, baselines: readonly Baseline[], io: Io): void {
  const { columns, shape, bytes, classes, target, task, dataset } = facts;
  const settings = facts.settings as Settings;
  const predicts =
    classes && classes.length <= 20
      ? `one of ${classes.map((name) => JSON.stringify(name)).join(', ')}`
      : classes
        ? `one of ${grouped(classes.length)} classes: ${classes
            .slice(0, 10)
            .map((name) => JSON.stringify(name))
            .join(', ')}, …`
        : taskWords[task];
  io.say(`trained on ${dataset}`);
  io.say(`predicts ${target === undefined ? '' : `${target}: `}${predicts}`);
  io.say('');
  if (columns) {
    const [names, kinds] = [columns.map(({ name }) => name.length), columns.map(({ kind }) => kind.length)].map((all) =>
      Math.max(6, ...all),
    );
    io.say(`${'column'.padEnd(names)}  ${'kind'.padEnd(kinds)}  what it has learned of`);
    for (const column of columns)
      io.say(`${column.name.padEnd(names)}  ${column.kind.padEnd(kinds)}  ${contentOf(column)}`.trimEnd());
  } else io.say(`takes rows of ${formatShape(shape!)} ${bytes ? 'bytes, as pixels' : 'numbers'}`);
  io.say('');
  io.say(`preprocessing: ${inWords('preprocess', settings.preprocess as readonly unknown[])}`);
  io.say(`layers: ${inWords('layers', settings.model as readonly unknown[])}`);
  const { ensemble } = settings;
  if (ensemble)
    io.say(
      `ensemble: the mean of ${'members' in ensemble ? `${ensemble.members} networks` : `${ensemble.snapshots} snapshots of one network`}`,
    );
  printTraining(facts, settings, baselines, io);
}

interface Results {
  readonly best?: EpochRecord;
  readonly test?: Report;
  readonly updates?: number;
}

function printTraining(
  { data, results }: ModelFacts,
  settings: Settings,
  baselines: readonly Baseline[],
  io: Io,
): void {
  const { best, test, updates } = (results ?? {}) as Results;
  const { rows, features } = (data ?? {}) as { rows?: number; features?: string };
  const { validation, test: held } = settings.split;
  io.say('');
  if (rows !== undefined)
    io.say(
      `data: ${grouped(rows)} rows (${percent(validation, 0)} for validation, ${percent(held, 0)} for the test), fingerprint ${features}`,
    );
  const [optimizer] = Object.keys(settings.optimizer);
  io.say(
    `training: ${updates === undefined ? '' : `${grouped(updates)} updates, `}batches of ${grouped(settings.batchSize)}, at most ${settings.epochs} epochs${best && !ensembleOf(settings) ? `, epoch ${best.epoch} kept` : ''}, ${optimizer}, seed ${settings.seed}`,
  );
  if (!test) {
    io.say('it was not measured on test rows');
    return;
  }
  const name = metricName(settings);
  const { interval } = test;
  io.say(
    `test: ${name} ${formatMetric(name, test.metric)}${interval ? ` (95 % sure: ${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)})` : ''}`,
  );
  const others = Object.entries(test.metrics).filter(([other, value]) => other !== name && typeof value === 'number');
  if (others.length > 0)
    io.say(`      ${others.map(([other, value]) => `${other} ${formatMetric(other, value)}`).join(', ')}`);
  for (const { name: baseline, value } of baselines)
    io.say(`      ${formatMetric(name, value)} is what ${baseline} gives`);
}

/** What simpler ways reach stands in the result of the run beside the model, if that is there and of this model. */
async function baselinesOf(path: string, { results }: ModelFacts): Promise<Baseline[]> {
  const text = await readFile(join(dirname(path), 'result.json'), 'utf8').catch(() => '{}');
  try {
    const result = JSON.parse(text) as { updates?: number; test?: Report; baselines?: Baseline[] };
    const { updates, test } = (results ?? {}) as Results;
    return result.updates === updates && result.test?.metric === test?.metric ? (result.baselines ?? []) : [];
  } catch {
    return [];
  }
}

const ensembleOf = ({ ensemble }: Settings): boolean => ensemble !== undefined;

function printFile({ inputs, outputs, operators, opsets, numbers, producer }: FileDescription, io: Io): void {
  const tensor = ({ name, type, shape }: FileTensor) => `${name} ${type} [${shape.join(', ')}]`;
  const sets = Object.entries(opsets).map(([domain, version]) => `${domain || 'opset'} ${version}`);
  io.say('');
  io.say(`ONNX: ${sets.join(', ')}${producer ? `, written by ${producer}` : ''}; ${grouped(numbers)} stored numbers`);
  io.say(
    `  inputs: ${inputs.length > 12 ? `${inputs.slice(0, 12).map(tensor).join('; ')}; and ${inputs.length - 12} more` : inputs.map(tensor).join('; ')}`,
  );
  io.say(`  outputs: ${outputs.map(tensor).join('; ')}`);
  io.say(
    `  operators: ${Object.entries(operators)
      .map(([name, count]) => (count > 1 ? `${name} (${grouped(count)})` : name))
      .join(', ')}`,
  );
}
