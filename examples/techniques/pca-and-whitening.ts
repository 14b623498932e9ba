// Correlated features slow descent down until they are whitened; of digits half the directions are enough; the widest direction may say nothing.
// In a checkout: node --conditions=source examples/techniques/pca-and-whitening.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

// Ten sensors show the same large number and a small one of their own; the target is made of the small ones alone.
const features = Array.from({ length: 1000 }, () => {
  const shared = normal();
  return Array.from({ length: 10 }, () => shared + 0.1 * normal());
});
const targets = features.map((row) => row.reduce((sum, x, i) => sum + (i % 2 ? -2 : 2) * x, 0));
const sensors = fromArrays({ features, targets });
const common = {
  optimizer: { sgd: { lr: 0.05 } },
  schedule: 'constant',
  split: { validation: 0.1, test: 0.4, seed },
  seed,
};
const r2: number[] = [];
for (const preprocess of [['standardize'], ['whiten'], [{ pca: 1 }]]) {
  const run = await train({ data: sensors, model: 'linear', preprocess, epochs: 20, ...common }, { engine });
  r2.push(run.test!.metrics.r2!);
  console.log(`sensors  ${JSON.stringify(preprocess).padEnd(22)} R² ${r2.at(-1)!.toFixed(3)}  ${run.notes}`);
}
// The shared number has 99 % of the variance, curves the loss 1,000 times as much as the others, and says nothing about the target.
assert(r2[0] < 0.8 && r2[1] > 0.98 && r2[2] < 0.1);

const accuracy: number[] = [];
for (const step of [undefined, { pca: 0.95 }, { pca: 2 }, 'whiten']) {
  const run = await train(
    { data: { dataset: 'digits' }, preprocess: ['standardize', ...(step ? [step] : [])], epochs: 20, seed },
    { engine },
  );
  accuracy.push(run.test!.metric);
  const name = JSON.stringify(step ?? 'standardize').padEnd(22);
  console.log(
    `digits   ${name} accuracy ${accuracy.at(-1)!.toFixed(3)}, ${run.network.model.parameterCount} parameters  ${run.notes}`,
  );
}
// Less than half of the directions hold 95 % of the variance, and what tells digits apart; two do not.
assert(accuracy[1] > accuracy[0] - 0.04 && accuracy[2] < 0.8);
