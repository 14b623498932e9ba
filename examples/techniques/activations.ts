// Without an activation a network can only draw straight lines; through many layers of sigmoids next to no gradient comes back.
// In a checkout: node --conditions=source examples/techniques/activations.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const targets = Int32Array.from({ length: 600 }, (_, row) => row % 2);
const features = Array.from(targets, (ring) => {
  const [angle, radius] = [2 * Math.PI * uniform(), 1 + ring + 0.6 * (uniform() - 0.5)];
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});
const rings = fromArrays({ features, targets });

const found: Record<string, { rings: number; deep: number }> = {};
const smooth = ['elu', 'selu', 'softplus', 'gelu', 'silu', 'sigmoid', 'hardSigmoid', 'tanh', 'exponential'];
for (const activation of ['linear', 'relu', 'leakyRelu', 'prelu', 'maxout', ...smooth]) {
  const hidden = (units: number) =>
    activation === 'maxout' ? [{ maxout: { units } }] : [{ dense: { units } }, activation];
  const common = { earlyStopping: false, seed } as const;
  const flat = [...hidden(16), { dense: { units: 2 } }];
  const adam = { optimizer: { adam: { lr: 0.03 } }, split: { validation: 0, test: 0.3 } };
  const ring = await train({ data: rings, model: flat, epochs: 30, ...adam, ...common }, { engine });
  const tall = ['flatten', ...Array.from({ length: 8 }, () => hidden(32)).flat(), { dense: { units: 10 } }];
  const momentum = { optimizer: { momentum: { lr: 0.01 } }, split: { validation: 0, test: 0.2 } };
  const deep = await train({ data: { dataset: 'digits' }, model: tall, epochs: 5, ...momentum, ...common }, { engine });
  found[activation] = { rings: ring.test!.metric, deep: deep.test!.metric };
  console.log(
    `${activation.padEnd(12)} rings ${ring.test!.metric.toFixed(2)}  digits, 8 layers ${deep.test!.metric.toFixed(2)}  ${deep.stopped.ending}`,
  );
}
// No straight line parts two rings, and hardSigmoid is one between -3 and 3, where these inputs stay. For digits a straight line is good enough.
assert(found.linear.rings < 0.7 && found.linear.deep > 0.9);
for (const [name, { rings }] of Object.entries(found))
  if (!['linear', 'hardSigmoid'].includes(name)) assert(rings > 0.9, name);
// The slope of a sigmoid is at most 1/4: eight layers leave at most 1/65,000 of the gradient.
assert(found.sigmoid.deep < 0.2 && found.relu.deep > 0.7 && found.selu.deep > 0.9 && found.tanh.deep > 0.7);
