// A long narrow valley: one feature 10 times as wide as the other. Momentum and Adam get through it, plain descent creeps.
// In a checkout: node --conditions=source examples/techniques/optimizers.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const features = Array.from({ length: 400 }, () => [2 * uniform() - 1, 20 * uniform() - 10]);
const data = fromArrays({ features, targets: features.map(([a, b]) => 5 * a - 0.3 * b) });

const losses: Record<string, number> = {};
for (const optimizer of [{ sgd: { lr: 0.02 } }, { momentum: { lr: 0.02 } }, { adam: { lr: 0.1 } }]) {
  const [name] = Object.keys(optimizer);
  // Whole batches: what is seen is the valley, not the noise of batches.
  const shape = { preprocess: [], model: 'linear', split: { validation: 0, test: 0 }, batchSize: 400, epochs: 150 };
  const run = await train({ data, ...shape, optimizer, schedule: 'constant', seed }, { engine });
  losses[name] = run.epochs.at(-1)!.train.loss;
  console.log(`valley: ${name.padEnd(9)} loss after 150 updates ${losses[name].toExponential(1)}`);
}
// Curvatures of about 0.67 and 67: sgd shrinks the flat error by 1 - 0.02 · 0.67 an update, momentum by about √0.9.
assert(losses.momentum < losses.sgd / 20 && losses.adam < losses.sgd / 20);

const names = ['sgd', 'momentum', 'nesterov', 'adagrad', 'adadelta', 'rmsprop', 'adam', 'amsgrad', 'adamw', 'nadam'];
for (const optimizer of [...names, 'radam', 'adamax', 'lion', 'muon']) {
  const run = await train({ data: { dataset: 'digits' }, optimizer, epochs: 5, seed }, { engine });
  const { loss, metric } = run.epochs.at(-1)!.validation!;
  const { lr } = run.settings.optimizer[optimizer] as { lr: number };
  losses[optimizer] = loss;
  console.log(
    `digits: ${optimizer.padEnd(9)} lr ${String(lr).padEnd(6)}  loss ${loss.toFixed(2)}  accuracy ${metric.toFixed(2)}`,
  );
}
// The defaults are usual rates, not the best for these 225 updates: moving each weight by 0.0001 at most, Lion cannot be there yet.
assert(losses.momentum < losses.sgd && losses.lion > losses.adam);
