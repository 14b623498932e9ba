// Where one class is rare, accuracy praises a network that finds next to nothing of it; other metrics tell.
// In a checkout: node --conditions=source examples/techniques/metrics.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

// One row in fifty is rare; the two clouds overlap.
const targets = Int32Array.from({ length: 10_000 }, (_, row) => Number(row % 50 === 0));
const features = Array.from(targets, (label) => [normal() + 1.5 * label, normal()]);
const data = fromArrays({ features, targets, classes: ['usual', 'rare'] });
const { test } = await train(
  {
    data,
    model: 'linear',
    metric: { recall: { average: 1 } },
    split: { validation: 0.1, test: 0.5 },
    optimizer: { adam: { lr: 0.02 } },
    epochs: 10,
    seed,
  },
  { engine: onnxRuntimeEngine({ threads: 1 }) },
);
const { metrics, confusion, classes, metric } = test!;
for (const [name, value] of Object.entries(metrics)) console.log(name.padEnd(18), value.toFixed(3));
for (const [i, row] of confusion!.entries())
  console.log(
    `truly ${['usual', 'rare '][i]}: said usual ${String(row[0]).padStart(4)}, said rare ${String(row[1]).padStart(4)}`,
  );

// "Always usual" is right for 49 rows of 50: that is all the accuracy says.
assert(metrics.accuracy! > 0.97 && metrics.balancedAccuracy! < 0.65);
// The scores still rank rare rows above usual ones: the border is misplaced, not the knowledge missing.
assert(metrics.rocAuc! > 0.8);
assert.equal(metric, classes![1].recall);
