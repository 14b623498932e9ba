// What an ONNX Loop saves over one call a step: steps of peers/steps.json, in turns.
//   node bench/repeat.ts [--steps tiny,mlp100,mlp512,adamsmall] [--counts 1,16,64] [--rounds 5]
import { parseArgs } from 'node:util';
import { fromArrays } from '../src/data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../src/engine/index.ts';
import { repeatedly } from '../src/engine/repeat.ts';
import { numbersOf, prepareMemory, Trainer } from '../src/train/index.ts';
import { findStep, randomBatches, randomInputs, randomLabels } from './peers/peer.ts';
import { networkOf } from './steps.ts';

const { values: asked } = parseArgs({
  options: {
    steps: { type: 'string', default: 'tiny,mlp100,mlp512,adamsmall' },
    counts: { type: 'string', default: '1,16,64' },
    rounds: { type: 'string', default: '5' },
  },
});
/** Microseconds that one turn should take. */
const turn = 300_000;

const loop = onnxRuntimeEngine({ threads: 1 });
const calls: Engine = {
  ...loop,
  async compile(graph, options) {
    const program = await loop.compile(graph);
    return options?.repeated ? repeatedly(program) : program;
  },
};

function trainerOf(name: string, engine: Engine) {
  const step = findStep(name);
  const network = networkOf(step);
  const dataset = fromArrays({
    name,
    features: step.data === 'uint8' ? Uint8Array.from(randomInputs(step)) : randomInputs(step),
    shape: step.shape,
    targets: randomLabels(step),
    classes: Array.from({ length: step.classes }, (_, i) => String(i)),
  });
  const numbers = numbersOf(
    {
      optimizer: network.optimizer,
      schedule: { kind: 'constant', options: { warmup: 0 } },
      regularizers: network.regularizers,
    },
    { total: 50_000, perEpoch: 50_000, losses: [], rows: step.rows },
  );
  const trainer = new Trainer(engine, prepareMemory(engine, network, dataset, 0), network, 0);
  const batches = randomBatches(step);
  /** Microseconds a step. */
  return async (count: number, times: number): Promise<number> => {
    const rows = new Int32Array(count * step.batch);
    for (let k = 0; k < count; k++) rows.set(batches[k % batches.length], k * step.batch);
    const began = performance.now();
    for (let i = 0; i < times; i++) await trainer.run(rows, count, numbers);
    return ((performance.now() - began) * 1000) / (times * count);
  };
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1];

console.log('| step | steps a call | µs in a Loop | µs in calls | calls : Loop |\n| --- | ---: | ---: | ---: | ---: |');
for (const name of asked.steps.split(','))
  for (const count of asked.counts.split(',').map(Number)) {
    const sides = { loop: trainerOf(name, loop), calls: trainerOf(name, calls) };
    const times = { loop: [] as number[], calls: [] as number[] };
    await sides.calls(count, 2);
    const often = Math.max(1, Math.round(turn / (await sides.loop(count, 4)) / count));
    for (let round = 0; round < Number(asked.rounds); round++)
      for (const side of ['loop', 'calls'] as const) times[side].push(await sides[side](count, often));
    const [own, other] = [median(times.loop), median(times.calls)];
    console.log(`| ${name} | ${count} | ${own.toFixed(0)} | ${other.toFixed(0)} | ${(other / own).toFixed(2)}x |`);
  }
