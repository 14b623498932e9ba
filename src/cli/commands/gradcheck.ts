import { grouped, percent } from '../../base/index.ts';
import { type GradientCheck, gradientCheckOn } from '../../train/index.ts';
import { type Command, type Io, numberOption } from '../command.ts';
import { loadFor } from '../experiment.ts';
import { experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { bar } from '../terminal/bar.ts';

export const gradcheck: Command = {
  summary: "compare an experiment's gradients with finite differences, in float64",
  examples: [
    'wellfit gradcheck --dataset iris',
    'wellfit gradcheck experiment.json --after 50',
    'wellfit gradcheck --dataset digits --model cnn --json',
  ],
  define: (parser) =>
    jsonOption(
      experimentOptions(parser)
        .option('--epsilon <e>', 'half the distance of the two evaluations', numberOption('epsilon'), 1e-7)
        .option('--rows <n>', 'rows in the checked batch; default 8, or 4 images', numberOption('rows'))
        .option('--per-parameter <n>', 'entries checked of each parameter', numberOption('per-parameter'), 40)
        .option('--after <updates>', 'train so many updates first', numberOption('after'), 0),
    ),

  async run(paths, options, io) {
    const given = await experimentFrom(paths, options);
    const { dataset, experiment } = await loadFor(given, io);
    const { epsilon, rows, perParameter, after } = options as Record<string, number>;
    const report = await gradientCheckOn(dataset, experiment, {
      epsilon,
      rows,
      perParameter,
      after,
      onProgress: (done, total) =>
        io.redraw(`checking ${bar(done / total)} ${grouped(done)} of ${grouped(total)} entries`),
    });
    print(report, io);
    io.result(report);
    return report.verdict === 'correct' || report.verdict === 'doubtful' ? 0 : 1;
  },
};

function print(report: GradientCheck, io: Io): void {
  const width = Math.max(...report.parameters.map(({ name }) => name.length), 9);
  io.say(
    `batch of ${report.rows} rows, epsilon ${report.epsilon}, after ${report.after} updates; ${report.conditions.join('; ')}`,
  );
  io.say('');
  io.say(`${'parameter'.padEnd(width)}      ratio   checked of       total   at kinks`);
  for (const { name, ratio, checked, total, kinks } of report.parameters)
    io.say(
      `${name.padEnd(width)}  ${ratio.toExponential(2).padStart(9)}  ${grouped(checked).padStart(8)} of ${grouped(total).padStart(11)}  ${grouped(kinks).padStart(9)}`,
    );
  io.say('');
  io.say('largest differences:');
  for (const { parameter, index, approximate, gradient } of report.worst)
    io.say(
      `  ${parameter} [${index.join(', ')}]: finite difference ${approximate.toPrecision(10)}, backpropagation ${gradient.toPrecision(10)}`,
    );
  io.say('');
  io.say(`ratio ${report.ratio.toExponential(2)}: ${report.words}`);
  if (report.fault)
    io.say(
      `the operator ${report.fault.operator} in "${report.fault.layer}" differs by ${percent(report.fault.ratio)}`,
    );
}
