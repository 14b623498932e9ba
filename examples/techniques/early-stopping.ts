// A network that may train too long on few rows: its validation loss falls, then rises for ever. Early stopping keeps the lowest point.
// In a checkout: node --conditions=source examples/techniques/early-stopping.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;

// Ten features, of which two matter; one label in five is wrong, which only a memory can get right.
const features = Array.from({ length: 2000 }, () => Array.from({ length: 10 }, () => 2 * uniform() - 1));
const targets = Int32Array.from(features, ([a, b]) => Number(a + b > 0 !== uniform() < 0.2));
const experiment = {
  data: fromArrays({ features, targets }),
  limit: { train: 300 },
  split: { validation: 0.3, test: 0.5 },
  optimizer: { adam: { lr: 0.002 } },
  schedule: 'constant',
  epochs: 60,
  seed,
};
const all = await train({ ...experiment, earlyStopping: false }, { engine });
for (const { epoch, train, validation } of all.epochs.filter(({ epoch }) => [1, 3, 5, 10, 20, 40, 60].includes(epoch)))
  console.log(
    `epoch ${String(epoch).padStart(2)}: training loss ${train.loss.toFixed(3)}  validation loss ${validation!.loss.toFixed(3)}`,
  );

const stopped = await train({ ...experiment, earlyStopping: { patience: 5 } }, { engine });
console.log(stopped.stopped.words);
for (const [name, { test }] of Object.entries({ 'last epoch': all, 'best epoch': stopped }))
  console.log(`${name}: test loss ${test!.loss.toFixed(3)}, accuracy ${test!.metric.toFixed(3)}`);

// What is memorized is said with certainty, and one time in five (and more) it is wrong: that is dear in nats.
assert(stopped.test!.loss < all.test!.loss - 0.2);
assert(stopped.best!.epoch <= 15 && stopped.epochs.length === stopped.best!.epoch + 5);
