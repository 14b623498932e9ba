// A fifth of the labels is wrong. A wide network learns them by heart; noise in its layers keeps it from being so sure.
// In a checkout: node --conditions=source examples/techniques/dropout-and-noise.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const features = Array.from({ length: 3000 }, () => Array.from({ length: 20 }, normal));
const right = features.map(([a, b, c, d]) => a + b * c + d > 0);
const data = fromArrays({ features, targets: Int32Array.from(right, (label) => Number(label !== uniform() < 0.2)) });

async function fit(noise: string, options: Record<string, unknown>, stopEarly = false) {
  const hidden = [{ dense: { units: 64 } }, 'relu', ...(noise === 'none' ? [] : [{ [noise]: options }])];
  const model = [...hidden, ...hidden, { dense: { units: 2 } }];
  const few = { limit: { train: 400 }, split: { validation: 0.1, test: 0.7, seed } };
  const run = await train(
    { data, model, ...few, epochs: 80, earlyStopping: stopEarly ? {} : (false as const), seed },
    { engine },
  );
  const measured = {
    train: run.best!.train.loss,
    loss: run.test!.loss,
    accuracy: run.test!.metric,
  };
  const name = [noise, ...Object.values(options), ...(stopEarly ? ['stopped early'] : [])].join(' ');
  console.log(
    `${name.padEnd(22)} train loss ${measured.train.toFixed(2)}  test loss ${measured.loss.toFixed(2)}  accuracy ${measured.accuracy.toFixed(3)}`,
  );
  return measured;
}
const none = await fit('none', {});
const stopped = await fit('none', {}, true);
const some = await fit('dropout', { rate: 0.2 });
const half = await fit('dropout', { rate: 0.5 });
const most = await fit('dropout', { rate: 0.8 });
const gaussian = await fit('gaussianDropout', { rate: 0.5 });
const noise = await fit('gaussianNoise', { std: 1 });
// Sure of what it learned by heart, the plain network pays for every row on which it is wrong: its test loss rises while the training loss falls.
assert(none.train < 0.3 && none.loss > 0.75);
for (const { train, loss } of [some, half, gaussian, noise])
  assert(train > none.train + 0.15 && loss < none.loss - 0.05);
// Accuracy gains a point or two, and stopping early saves most of the loss as well; with four of five numbers gone too little is left to learn from.
assert(stopped.loss < none.loss - 0.05 && most.accuracy < half.accuracy - 0.02);
