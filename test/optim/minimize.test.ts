import { describe, expect, test } from 'vitest';
import { pick, type Shape, type Tensor } from '../../src/base/index.ts';
import { referenceEngine } from '../../src/engine/index.ts';
import type { Value } from '../../src/graph/index.ts';
import { add, mul, reduceSum, sub } from '../../src/ops/index.ts';
import { type OptimizerName, optimizers, rateFactor, schedules } from '../../src/optim/index.ts';
import { walk } from './support.ts';

/** Settings that suit both functions; the rate falls to 0 along a cosine. No decay, which would move the minimum. */
const settings: Record<OptimizerName, object> = {
  sgd: { lr: 0.002 },
  momentum: { lr: 0.001 },
  nesterov: { lr: 0.001 },
  adagrad: { lr: 0.5 },
  adadelta: { lr: 1, rho: 0.99, epsilon: 1e-5 },
  rmsprop: { lr: 0.01 },
  adam: { lr: 0.03 },
  amsgrad: { lr: 0.03 },
  adamw: { lr: 0.03, decay: 0 },
  nadam: { lr: 0.03 },
  radam: { lr: 0.03 },
  adamax: { lr: 0.03 },
  lion: { lr: 0.005 },
  muon: { lr: 0.03, decay: 0 },
};

const tensor = (shape: Shape, numbers: readonly number[]): Tensor => ({
  dtype: 'float',
  shape,
  data: Float64Array.from(numbers),
});
const sum = (x: Value) => reduceSum(x, { axes: x.shape.map((_, axis) => axis), keepdims: 0 });
const square = (x: Value) => mul(x, x);

/** The distance from a minimum at which so many updates end. */
async function distance(
  kind: OptimizerName,
  start: number[],
  minimum: number[],
  updates: number,
  loss: (w: Value) => Value,
) {
  const schedule = pick(schedules, 'cosine', 'schedule', 'schedule');
  const optimizer = pick(optimizers, { [kind]: settings[kind] }, 'optimizer', 'optimizer');
  const rates = Array.from(
    { length: updates },
    (_, i) =>
      (optimizer.options.lr as number) *
      rateFactor(schedule, { update: i + 1, total: updates, perEpoch: 1, losses: [] }),
  );
  const shape = [start.length / 2, 2];
  let end: ArrayLike<number> = start;
  for await (const w of walk(
    referenceEngine,
    { optimizer, regularizers: [], shape, decay: true },
    { start, rates, loss },
  ))
    end = w;
  return Math.hypot(...Array.from(end, (x, i) => x - minimum[i]));
}

describe('every optimizer finds the minimum', () => {
  for (const kind of Object.keys(optimizers) as OptimizerName[]) {
    test(`${kind}: of a parabola`, async () => {
      const minimum = [1, -1, 0.5, 2];
      const loss = (w: Value) => sum(square(sub(w, w.graph.constant(tensor(w.shape, minimum)))));
      const d = await distance(kind, [-1, 3, 1, 0], minimum, 5000, loss);
      expect(d).toBeLessThan(1e-3);
    });

    test(`${kind}: of Rosenbrock's valley`, async () => {
      const loss = (w: Value) => {
        const x = sum(mul(w, w.graph.constant(tensor([1, 2], [1, 0]))));
        const y = sum(mul(w, w.graph.constant(tensor([1, 2], [0, 1]))));
        return add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));
      };
      const d = await distance(kind, [0, 0], [1, 1], 10_000, loss);
      expect(d).toBeLessThan(0.02);
    });
  }
});
