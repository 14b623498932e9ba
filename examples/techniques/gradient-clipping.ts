// A few enormous targets throw a network out at a rate that suits all others; a limit on the gradient holds it.
// In a checkout: node --conditions=source examples/techniques/gradient-clipping.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
// Of the first 900 rows every 300th is wrong by 2,000; the last 100, the test set, are clean.
const x = Array.from({ length: 1000 }, () => [4 * uniform() - 2]);
const targets = x.map(([at], row) => Math.sin(3 * at) + (row < 900 && row % 300 === 0 ? 2000 : 0));
const data = { ...fromArrays({ features: x, targets }), testRows: 100 };

const experiment = {
  data,
  target: 'raw',
  metric: 'r2',
  optimizer: 'momentum',
  epochs: 40,
  earlyStopping: false,
  seed,
} as const;
for (const clip of [undefined, { norm: 1 }, { value: 0.1 }]) {
  const { stopped, updates, test } = await train({ ...experiment, ...(clip && { clip }) }, { engine });
  const name = clip ? JSON.stringify(clip) : 'without';
  console.log(
    `${name.padEnd(13)} ${stopped.ending.padEnd(8)} after ${updates} updates, r2 on clean rows ${test!.metric.toFixed(2)}`,
  );
  // A miss of 2,000 has a gradient some thousand times as long as the others: unclipped, one step throws the network far away,
  // clipped it is one wrong step of the usual length among the 26 of an epoch. (0 is what the mean of the targets would get.)
  assert(clip ? test!.metric > 0.5 : test!.metric < 0);
}
