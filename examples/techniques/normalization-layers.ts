// Normalizing each row by itself removes its contrast and brightness, and does not mind batches of two rows.
// In a checkout: node --conditions=source examples/techniques/normalization-layers.ts
import assert from 'node:assert/strict';
import { fromArrays, loadDataset, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const common = { split: { validation: 0, test: 0.5, seed }, seed } as const;

// Each picture with a contrast and a brightness of its own, as from cameras that nobody set.
const digits = await loadDataset('digits');
const lights = Array.from({ length: digits.rows }, () => [Math.exp(-4 * uniform()), 4 * uniform()]);
const features = Float32Array.from(
  digits.features,
  (x, i) => lights[Math.floor(i / 64)][0] * x + lights[Math.floor(i / 64)][1],
);
const data = fromArrays({ features, shape: [1, 8, 8], targets: digits.targets.data as Int32Array });
const first: Record<string, number> = {};
for (const norm of ['none', 'batchNorm', 'rmsNorm', 'layerNorm', 'instanceNorm', 'groupNorm']) {
  const layer = norm === 'none' ? [] : norm === 'groupNorm' ? [{ groupNorm: { groups: 1 } }] : [norm];
  const model = [...layer, 'flatten', { dense: { units: 64 } }, 'relu', { dense: { units: 10 } }];
  const rest = { limit: { train: 300 }, optimizer: { adam: { lr: 0.003 } }, epochs: 20 };
  const { test } = await train({ data, model, ...rest, ...common }, { engine });
  first[norm] = test!.metric;
  console.log(`as first layer      ${norm.padEnd(12)} test accuracy ${test!.metric.toFixed(2)}`);
}
// Mean and deviation of a row are its brightness and contrast; those of a batch mix everybody's; without the mean the brightness stays.
for (const norm of ['layerNorm', 'instanceNorm', 'groupNorm'])
  assert(first[norm] > Math.max(first.none, first.batchNorm) + 0.05);

const small: Record<string, number> = {};
for (const norm of ['none', 'batchNorm', 'rmsNorm', 'layerNorm', 'groupNorm']) {
  const layer = norm === 'none' ? [] : norm === 'groupNorm' ? [{ groupNorm: { groups: 8 } }] : [norm];
  const hidden = [{ dense: { units: 64 } }, ...layer, 'relu'];
  const rest = { limit: { train: 400 }, batchSize: 2, epochs: 4, optimizer: 'adam' };
  const model = ['flatten', ...hidden, ...hidden, { dense: { units: 10 } }];
  const { test } = await train({ data: digits, model, ...rest, ...common }, { engine });
  small[norm] = test!.metric;
  console.log(`batches of two rows ${norm.padEnd(12)} test accuracy ${test!.metric.toFixed(2)}`);
}
// Of two numbers normalized by each other only the sign of their difference is left: batchNorm sees next to nothing.
assert(small.batchNorm < 0.75);
for (const norm of ['none', 'rmsNorm', 'layerNorm', 'groupNorm']) assert(small[norm] > 0.85, norm);
