// What it saves to train several small networks as one graph: trainings of digits that differ in their seeds, one after the other and stacked, in turns.
//   node bench/search/stack.ts [--units 16,64,128,256] [--batches 16,64] [--stacks 2,4,8,16] [--rounds 5] [--epochs 27] [--write]
import { parseArgs } from 'node:util';
import { short } from '../../src/base/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { crewOf, onnxRuntimeEngine, sharedEngine } from '../../src/engine/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { machine } from '../machine.ts';
import { writeBetween } from './page.ts';
import { median } from './statistics.ts';

const { values: asked } = parseArgs({
  options: {
    units: { type: 'string', default: '16,64,128,256' },
    batches: { type: 'string', default: '16,64' },
    stacks: { type: 'string', default: '2,4,8,16' },
    rounds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '27' },
    write: { type: 'boolean', default: false },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const dataset = await loadDataset('digits');

const experiment = (units: number, batchSize: number, seed: number) => ({
  data: { dataset: 'digits' },
  split: { validation: 0.2, test: 0.2, seed: 0 },
  preprocess: [{ standardize: { over: 'feature' } }],
  model: ['flatten', { dense: { units } }, 'relu', { dense: { units: 10 } }],
  optimizer: { adam: { lr: 0.001 } },
  schedule: 'constant',
  ...{ batchSize, seed, epochs: Number(asked.epochs), earlyStopping: false, metric: 'accuracy' },
});

/** Milliseconds of one training. */
async function measure(units: number, batch: number, stack: number): Promise<{ alone: number; stacked: number }> {
  // As in a search, what was compiled once is there.
  const engine = sharedEngine(onnxRuntimeEngine({ threads: 1 }));
  const one = (seed: number, own = engine) =>
    trainOn(dataset, experiment(units, batch, seed), { engine: own, watch: false });
  const alone = async () => {
    for (let seed = 0; seed < stack; seed++) await one(seed);
  };
  const stacked = async () => {
    const crew = crewOf(engine);
    const seats = Array.from({ length: stack }, () => crew.join());
    await Promise.all(seats.map((seat, seed) => one(seed, seat.engine).finally(seat.leave)));
  };
  const times = { alone: [] as number[], stacked: [] as number[] };
  for (let round = 0; round <= Number(asked.rounds); round++)
    for (const [name, work] of [
      ['alone', alone],
      ['stacked', stacked],
    ] as const) {
      const began = performance.now();
      await work();
      // The first round compiles.
      if (round > 0) times[name].push((performance.now() - began) / stack);
    }
  return { alone: median(times.alone), stacked: median(times.stacked) };
}

const rows: string[][] = [];
for (const units of numbers(asked.units))
  for (const batch of numbers(asked.batches)) {
    const cells: string[] = [];
    let alone = 0;
    for (const stack of numbers(asked.stacks)) {
      const time = await measure(units, batch, stack);
      alone = time.alone;
      cells.push(`${(time.alone / time.stacked).toFixed(2)}x`);
    }
    rows.push([String(units), String(units * 75 + 10), String(batch), short(alone, 3), ...cells]);
    console.error(rows[rows.length - 1].join('  '));
  }
const { cpu, cores, memoryGB, system, node, date } = machine();
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const head = ['units', 'parameters', 'batch', 'ms alone', ...numbers(asked.stacks).map((k) => `${k} as one`)];
const page = [
  `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; one thread, ${asked.epochs} epochs of digits, medians of ${asked.rounds} rounds in turns.`,
  [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n'),
].join('\n\n');
console.log(page);
if (asked.write) writeBetween('search-stack', page);
