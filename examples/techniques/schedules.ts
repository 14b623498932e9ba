// At a constant rate plain descent never settles: its weights keep trembling with the noise of the batches. A falling rate ends that.
// In a checkout: node --conditions=source examples/techniques/schedules.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const features = Array.from({ length: 3000 }, () => Array.from({ length: 20 }, normal));
const data = fromArrays({ features, targets: features.map((row) => row.reduce((sum, x) => sum + x) + normal()) });

const schedules = [
  'constant',
  { step: { every: 4 } },
  { multiStep: { at: [5, 8] } },
  { exponential: { factor: 0.6 } },
  { inverseTime: { decay: 2 } },
  'polynomial',
  'cosine',
  { cosineRestarts: { period: 5 } },
  'logCosine',
  'oneCycle',
  { cyclic: { up: 1, base: 0.01 } },
  { reduceOnPlateau: { patience: 1 } },
];
const losses: Record<string, number> = {};
for (const schedule of schedules) {
  const name = typeof schedule === 'string' ? schedule : Object.keys(schedule)[0];
  const rest = { optimizer: { sgd: { lr: 0.06 } }, batchSize: 4, epochs: 10, earlyStopping: false, seed } as const;
  const run = await train(
    { data, model: 'linear', target: 'raw', split: { validation: 0.3, test: 0.3 }, schedule, ...rest },
    { engine },
  );
  losses[name] = run.test!.loss;
  console.log(`${name.padEnd(16)} test loss ${losses[name].toFixed(3)}`);
}
// The noise of the targets alone costs about 1. Trembling comes on top, in proportion to the rate: here some tenths, after a fall nothing.
for (const name of ['step', 'polynomial', 'cosine', 'cosineRestarts', 'logCosine', 'oneCycle'])
  assert(losses[name] < losses.constant - 0.1);
