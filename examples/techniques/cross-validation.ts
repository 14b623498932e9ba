// How well does this experiment do on new rows? One small test set says little; five folds say more, and how sure they are.
// In a checkout: node --conditions=source examples/techniques/cross-validation.ts
import assert from 'node:assert/strict';
import { crossValidate, fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;

// 200 rows to work with, and 20,000 more as a judge that a real project does not have. One label in five is wrong.
const features = Array.from({ length: 20_200 }, () => [2 * uniform() - 1, 2 * uniform() - 1]);
const targets = Int32Array.from(features, ([a, b]) => Number(a + b > 0 !== uniform() < 0.2));
const all = fromArrays({ features, targets });
const few = fromArrays({ features: features.slice(0, 200), targets: targets.slice(0, 200) });
const experiment = { model: 'linear', optimizer: { adam: { lr: 0.05 } }, epochs: 30, seed } as const;

const inWords = (values: number[]) => values.map((value) => value.toFixed(2)).join('  ');
const singles: number[] = [];
for (const split of [0, 1, 2, 3, 4]) {
  const run = await train({ ...experiment, data: few, split: { seed: split } }, { engine });
  singles.push(run.test!.metric);
}
console.log(`one split, with five seeds  ${inWords(singles)}`);

const { folds, metric } = await crossValidate({ ...experiment, data: few }, 5, { engine });
console.log(`five folds                  ${inWords(folds.map(({ held }) => held.metric))}`);
console.log(`their mean                  ${metric.mean.toFixed(3)} ± ${metric.standardError.toFixed(3)}`);

const judged = await train({ ...experiment, data: { ...all, testRows: 20_000 } }, { engine });
const truth = judged.test!.metric;
console.log(`on 20,000 new rows          ${truth.toFixed(3)}`);

// A test set of 20 rows has a standard error of √(0.8 · 0.2 / 20) = 0.09, 200 held-out rows one of 0.03.
assert(Math.max(...singles) - Math.min(...singles) > 0.1);
assert(Math.abs(metric.mean - truth) < 3 * metric.standardError);
