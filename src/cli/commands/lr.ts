import { short } from '../../base/index.ts';
import { type RangeTest, rangeTestOn } from '../../train/index.ts';
import type { Command, Io } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { reporter } from '../terminal/events.ts';

export const lr: Command = {
  summary: 'find a learning rate by a range test: short trainings whose rate rises until the loss explodes',
  examples: [
    'wellfit lr --dataset digits',
    'wellfit lr --dataset mnist --model cnn --optimizer momentum',
    'wellfit lr experiment.json --json',
  ],
  define: (parser) => jsonOption(engineOptions(experimentOptions(parser))),

  async run(paths, options, io) {
    const given = await experimentFrom(paths, options);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const { dataset, experiment } = await loadFor(given, io);
    const result = await rangeTestOn(dataset, experiment, {
      engine,
      signal: io.signal,
      onEvent: reporter(io, engine.name),
    });
    for (const line of chart(result)) io.say(line);
    io.say('');
    io.say(`learning rate: ${short(result.lr, 2)}  (${result.why})`);
    printUse(result, io);
    io.result(result);
    return 0;
  },
};

function printUse({ lr: rate, seeds, updates }: RangeTest, io: Io): void {
  io.say(`from ${seeds} trainings of ${updates} updates; nothing was kept of them`);
  io.say(`use it: wellfit train … --lr ${Number(rate.toPrecision(2))}, or --lr auto`);
}

/** The curve as a picture of 60 columns and 12 lines, the rate from left to right on a logarithmic axis. */
function chart({ curve, lr: rate }: RangeTest): string[] {
  const [wide, high] = [60, 12];
  const losses = curve.map(({ loss }) => loss);
  const lowest = Math.min(...losses);
  // An explosion at the end would flatten everything before it.
  const highest = Math.min(Math.max(...losses), losses[0] + 0.5 * (losses[0] - lowest));
  const [from, to] = [curve[0].lr, curve[curve.length - 1].lr].map(Math.log10);
  const cells = Array.from({ length: high }, () => new Array<string>(wide).fill(' '));
  const column = (x: number) => Math.round(((Math.log10(x) - from) / (to - from)) * (wide - 1));
  for (let line = 0; line < high; line++) cells[line][column(rate)] = '┊';
  for (const { lr: x, loss } of curve) {
    const share = Math.min(1, (loss - lowest) / (highest - lowest || 1));
    cells[Math.round((1 - share) * (high - 1))][column(x)] = '•';
  }
  const label = (line: number) => (line === 0 ? short(highest) : line === high - 1 ? short(lowest) : '').padStart(9);
  return [
    '     loss',
    ...cells.map((line, i) => `${label(i)} │${line.join('').trimEnd()}`),
    `${''.padStart(9)} └${'─'.repeat(wide)}`,
    `${''.padStart(11)}${short(curve[0].lr)}${short(curve[curve.length - 1].lr).padStart(wide - short(curve[0].lr).length)}  learning rate`,
  ];
}
