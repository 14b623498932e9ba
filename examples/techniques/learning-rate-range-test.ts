// The rate that a range test proposes, against a grid of rates that are each trained with.
// In a checkout: node --conditions=source examples/techniques/learning-rate-range-test.ts
import assert from 'node:assert/strict';
import { onnxRuntimeEngine, rangeTest, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
for (const optimizer of ['momentum', 'adam']) {
  const experiment = { data: { dataset: 'digits' }, split: { validation: 0.3, test: 0 }, epochs: 5, seed };
  const lossAt = async (lr: number) => {
    const run = await train({ ...experiment, optimizer: { [optimizer]: { lr } }, earlyStopping: false }, { engine });
    return run.stopped.ending === 'diverged' ? Number.POSITIVE_INFINITY : run.epochs.at(-1)!.validation!.loss;
  };
  const found = await rangeTest({ ...experiment, optimizer }, { engine });
  const proposed = await lossAt(found.lr);
  const grid = new Map<number, number>();
  for (const lr of [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]) grid.set(lr, await lossAt(lr));
  const [best, lowest] = [...grid].sort((a, b) => a[1] - b[1])[0];
  console.log(`${optimizer}: ${found.why}`);
  for (const [lr, loss] of grid)
    console.log(
      `  lr ${String(lr).padEnd(7)} validation loss ${loss.toFixed(3)}${lr === best ? '  best of the grid' : ''}`,
    );
  console.log(`  lr ${found.lr.toPrecision(2).padEnd(7)} validation loss ${proposed.toFixed(3)}  proposed`);
  // Rates within a factor of three of the best do nearly as well, so that a rough reading will do. A rate ten times off would not pass.
  assert(proposed < lowest + 0.15);
}
