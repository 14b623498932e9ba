// What looking at a run costs: each plain step of peers/steps.json is trained with and without it, in turns. The first epoch, in which programs are
// compiled, is left out of the ratio and shown apart.
//   node bench/watch.ts [--steps a,b] [--seconds 6] [--rounds 5] [--json]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fromArrays } from '../src/data/index.ts';
import { Doctor } from '../src/doctor/index.ts';
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { trainOn } from '../src/train/index.ts';
import { machine } from './machine.ts';
import { randomInputs, randomLabels, type Step } from './peers/peer.ts';
import { layerOf } from './steps.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const every: Step[] = JSON.parse(readFileSync(new URL('peers/steps.json', import.meta.url), 'utf8'));
const steps = every.filter(
  ({ name, technique }) => !technique && (!values.steps || values.steps.split(',').includes(name)),
);
const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const results = [];
for (const step of steps) {
  const dataset = fromArrays({
    features: step.data === 'uint8' ? Uint8Array.from(randomInputs(step)) : randomInputs(step),
    shape: step.shape,
    targets: randomLabels(step),
    classes: Array.from({ length: step.classes }, (_, i) => String(i)),
  });
  const { learningRate: lr, type } = step.optimizer;
  const experiment = (epochs: number) => ({
    data: { dataset: dataset.name },
    split: { validation: 0, test: 0 },
    preprocess: step.data === 'uint8' ? ['rescale'] : [],
    model: step.model.map(layerOf),
    optimizer: { [type]: { lr } },
    schedule: 'constant',
    batchSize: step.batch,
    earlyStopping: false,
    epochs,
  });
  const run = async (looked: boolean, epochs: number) => {
    const doctor = new Doctor();
    let looks = 0;
    const { epochs: done } = await trainOn(dataset, experiment(epochs), {
      engine: onnxRuntimeEngine({ threads: 1 }),
      ...(looked && {
        onEvent(event) {
          doctor.observe(event);
          if (event.kind === 'signals') looks++;
        },
      }),
    });
    const [first, ...rest] = done.map(({ seconds }) => seconds);
    return { first, rest: rest.reduce((a, b) => a + b, 0), looks };
  };
  const lasting = async (seconds: number, trialOf: number) => {
    const { rest } = await run(false, trialOf);
    return Math.max(3, Math.ceil((seconds * (trialOf - 1)) / rest) + 1);
  };
  // The first epochs are slower than those that follow: only a run of a second says how long one takes.
  const epochs = await lasting(Number(values.seconds), await lasting(1, 3));
  const ratios: number[] = [];
  const compile: number[] = [];
  let looks = 0;
  for (let round = 0; round < Number(values.rounds); round++) {
    const [a, b] = round % 2 ? [true, false] : [false, true];
    const [one, two] = [await run(a, epochs), await run(b, epochs)];
    const [plain, looked] = a ? [two, one] : [one, two];
    ratios.push(looked.rest / plain.rest);
    compile.push(looked.first - plain.first);
    looks = looked.looks;
  }
  const updates = epochs * Math.ceil(step.rows / step.batch);
  const result = { step: step.name, ratio: median(ratios), first: median(compile), looks, updates, ratios };
  results.push(result);
  if (!values.json)
    console.log(
      `${step.name}: ${((result.ratio - 1) * 100).toFixed(2)} % (rounds ${ratios.map((r) => ((r - 1) * 100).toFixed(1)).join(', ')}), ${looks} looks in ${updates} updates, ${(1000 * result.first).toFixed(0)} ms more in the first epoch`,
    );
}
if (values.json) console.log(JSON.stringify({ machine: machine(), results }));
