// Augmentation teaches what must not matter: here where a digit stands, and how it is bent. What does matter it must not touch.
// In a checkout: node --conditions=source examples/techniques/augmentation.ts
import assert from 'node:assert/strict';
import { fromArrays, loadDataset, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const below = (n: number) => Math.floor((n * (state = (state * 16_807) % 2_147_483_647)) / 2_147_483_647);

// Digits in the middle of 12 x 12 pixels to learn from; the last 597 rows, the test set, stand anywhere.
const digits = await loadDataset('digits');
const features = new Float32Array(digits.rows * 144);
for (let row = 0; row < digits.rows; row++) {
  const [top, left] = row < 1200 ? [2, 2] : [below(5), below(5)];
  for (let y = 0; y < 8; y++)
    features.set(digits.features.subarray(row * 64 + y * 8, row * 64 + y * 8 + 8), row * 144 + (top + y) * 12 + left);
}
const moved = fromArrays({ features, shape: [1, 12, 12], targets: digits.targets.data as Int32Array });
const accuracy: Record<string, number> = {};
for (const augment of [[], [{ crop: 2 }]]) {
  const run = await train(
    { data: { ...moved, testRows: 597 }, augment, epochs: 30, earlyStopping: false, seed },
    { engine },
  );
  const name = JSON.stringify(augment);
  accuracy[name] = run.test!.metric;
  console.log(
    `moved digits       ${name.padEnd(34)} test accuracy ${accuracy[name].toFixed(3)}, validation ${run.epochs.at(-1)!.validation!.metric.toFixed(3)}`,
  );
}
// The validation rows stand in the middle too, so that they do not tell what is missing.
assert(accuracy['[{"crop":2}]'] > accuracy['[]'] + 0.2);

const mean: number[] = [];
for (const augment of [[], [{ elastic: 0.5 }], ['mixup'], ['horizontalFlip', 'verticalFlip']]) {
  const metrics: number[] = [];
  for (const member of [0, 1, 2]) {
    const few = {
      limit: { train: 100 },
      split: { validation: 0, test: 0.5, seed: seed + member },
      seed: seed + member,
    };
    const rest = { batchSize: 20, optimizer: { adam: { lr: 0.003 } }, epochs: 60 };
    const run = await train({ data: digits, augment, ...few, ...rest }, { engine });
    metrics.push(run.test!.metric);
  }
  mean.push(metrics.reduce((a, b) => a + b) / 3);
  console.log(
    `100 digits         ${JSON.stringify(augment).padEnd(34)} test accuracy ${metrics.map((m) => m.toFixed(3)).join(', ')}`,
  );
}
// Bent digits are still the same digits. Mirrored ones are not: 2 and 5, 6 and 9 become each other.
assert(mean[1] > mean[0] && mean[3] < mean[0] - 0.02);
