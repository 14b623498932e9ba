// Three features of very different size: an income with a long tail, a year far from 0, a sensor with a few absurd readings.
// In a checkout: node --conditions=source examples/techniques/preprocessing.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const causes = Array.from({ length: 1000 }, () => [normal(), normal(), normal()]);
const data = fromArrays({
  features: causes.map(([a, b, c]) => [30_000 * Math.exp(a), 2000 + 10 * b, uniform() < 0.02 ? 1e5 * uniform() : c]),
  targets: Int32Array.from(causes, ([a, b, c]) => Number(a + b + c > 0)),
});

const log1p = { log1p: { signed: true } };
const clip = { clip: { low: -3, high: 3 } };
const accuracy: Record<string, number> = {};
for (const steps of [[], ['standardize'], ['minMax'], [log1p, 'standardize'], ['robust', clip]]) {
  const experiment = { data, preprocess: steps, optimizer: 'momentum', epochs: 20, seed };
  const run = await train({ ...experiment, split: { validation: 0.1, test: 0.4, seed } }, { engine });
  const name = steps.map((step) => (typeof step === 'string' ? step : Object.keys(step)[0])).join(', ') || 'nothing';
  accuracy[name] = run.test!.metric;
  console.log(`${name.padEnd(18)} test accuracy ${(100 * accuracy[name]).toFixed(1).padStart(5)} %`);
}
// Standardized, all three have the same size, but the outliers set the sensor's: its ordinary readings, a third of what decides, shrink to nothing.
assert(accuracy.nothing < 0.7 && accuracy.standardize > 0.73 && accuracy.standardize < 0.87);
// Logarithms, or quartiles and a limit, take the outliers their weight.
assert(accuracy['log1p, standardize'] > 0.92 && accuracy['robust, clip'] > 0.9);
