// At a constant rate the weights tremble around the minimum; their average stands nearer to it than any of them.
// In a checkout: node --conditions=source examples/techniques/weight-averaging.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const features = Array.from({ length: 3000 }, () => Array.from({ length: 20 }, normal));
const data = fromArrays({ features, targets: features.map((row) => row.reduce((sum, x) => sum + x) + normal()) });
const experiment = {
  data,
  model: 'linear',
  target: 'raw',
  split: { validation: 0.3, test: 0.3 },
  optimizer: { sgd: { lr: 0.06 } },
  batchSize: 4,
  epochs: 20,
  earlyStopping: false,
  seed,
} as const;

const losses: Record<string, number> = {};
for (const [name, settings] of Object.entries({
  constant: { schedule: 'constant' },
  ema: { schedule: 'constant', average: 'ema' },
  swa: { average: 'swa' },
  cosine: { schedule: 'cosine' },
  'cosine, ema': { schedule: 'cosine', average: 'ema' },
})) {
  const run = await train({ ...experiment, ...settings }, { engine });
  losses[name] = run.test!.loss;
  console.log(`${name.padEnd(12)} test loss ${losses[name].toFixed(3)}`);
}
// The noise of the targets alone costs 1; a mean over the last thousands of updates takes most of the trembling out.
assert(losses.ema < losses.constant - 0.1 && losses.swa < losses.constant - 0.1);
