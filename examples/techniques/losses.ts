// Class weights find more of a rare class, Huber's loss shrugs off wrong targets, one logit a label learns several yes or no at once;
// label smoothing makes a small network too modest.
// In a checkout: node --conditions=source examples/techniques/losses.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const common = { split: { validation: 0.1, test: 0.4 }, optimizer: { adam: { lr: 0.02 } }, epochs: 15, seed };

// One row in twenty is rare, and the two clouds overlap.
const rare = Int32Array.from({ length: 4000 }, (_, row) => Number(row % 20 === 0));
const clouds = fromArrays({
  features: Array.from(rare, (label) => [normal() + 1.5 * label, normal()]),
  targets: rare,
  classes: ['usual', 'rare'],
});
const recalls = [];
for (const loss of ['crossEntropy', { crossEntropy: { classWeights: 'balanced' } }]) {
  const { test } = await train({ data: clouds, model: 'linear', loss, ...common }, { engine });
  const { recall, precision } = test!.classes![1];
  console.log(`${JSON.stringify(loss).padEnd(46)} recall ${recall.toFixed(2)}  precision ${precision.toFixed(2)}`);
  recalls.push(recall);
}
// Balanced weights move the border from where both classes are equally frequent to halfway between the clouds: recall rises, precision pays.
assert(recalls[1] > recalls[0] + 0.4);

// A straight line, y = 2x + noise; in train and test every tenth target is wrong by 20.
const x = Array.from({ length: 2000 }, () => [normal()]);
const line = fromArrays({ features: x, targets: x.map(([at], i) => 2 * at + 0.1 * normal() + (i % 10 ? 0 : 20)) });
const errors = [];
for (const loss of ['meanSquaredError', 'huber', 'meanAbsoluteError']) {
  const run = await train({ data: line, model: 'linear', target: 'raw', loss, ...common }, { engine });
  errors.push(run.test!.metrics.meanAbsoluteError!);
  console.log(`${loss.padEnd(46)} mean absolute error ${errors.at(-1)!.toFixed(2)}`);
}
// No line can be nearer than 0.1 · 20 on average; the squared error also lifts the line by that 2, away from the other nine tenths.
assert(errors[0] > errors[1] + 1 && errors[0] > errors[2] + 1);

// Three labels a row, each a yes or no of its own.
const points = Array.from({ length: 2000 }, () => [normal(), normal()]);
const tagged = fromArrays({
  name: 'tagged',
  features: points,
  targets: points.map(([a, b]) => [a > 0, b > 0, a > b].map(Number)),
});
const run = await train({ data: tagged, loss: 'binaryCrossEntropy', ...common }, { engine });
console.log(`${'binaryCrossEntropy of three labels'.padEnd(46)} share of labels right ${run.test!.metric.toFixed(2)}`);
assert(run.test!.metric > 0.95);

for (const smoothing of [0, 0.1]) {
  const experiment = {
    data: { dataset: 'digits' },
    ...common,
    limit: { train: 300 },
    loss: { crossEntropy: { smoothing } },
  };
  const { metric, metrics } = (await train({ ...experiment, optimizer: { adam: { lr: 0.01 } } }, { engine })).test!;
  const [accuracy, error] = [metric, metrics.calibrationError!].map((value) => value.toFixed(3));
  console.log(`${`smoothing ${smoothing}`.padEnd(46)} accuracy ${accuracy}  calibration error ${error}`);
  // It aims at a probability of 0.91 and says less on new rows, of which it gets more than that right: too modest.
  if (smoothing) assert(metrics.calibrationError! > 0.08);
}
