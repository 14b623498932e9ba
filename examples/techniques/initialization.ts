// How large a signal is after 30 layers decides whether a deep network can begin to learn.
// In a checkout: node --conditions=source examples/techniques/initialization.ts
import assert from 'node:assert/strict';
import { onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
const [layers, units] = [30, 32];
const net = (init: unknown, activation: string) => [
  'flatten',
  ...Array.from({ length: layers }, () => [{ dense: { units, init } }, activation]).flat(),
  { dense: { units: 10 } },
];
const common = { data: { dataset: 'digits' }, earlyStopping: false, seed } as const;

/** Standard deviation of what the linear layers make of numbers of standard deviation 1, with weights as they are drawn. */
async function signal(init: unknown): Promise<number> {
  const still = {
    split: { validation: 0, test: 0 },
    limit: { train: 64 },
    epochs: 1,
    optimizer: { sgd: { lr: 1e-12 } },
  };
  const { weights } = await train({ ...common, ...still, model: net(init, 'linear') }, { engine });
  // One number at a time, so that all directions count alike.
  let rows: number[][] = Array.from({ length: 64 }, (_, i) => Array.from({ length: 64 }, (_, j) => (i === j ? 8 : 0)));
  for (let layer = 1; layer <= layers; layer++) {
    const { data } = weights.get(`dense${layer}.weight`)!;
    rows = rows.map((row) =>
      Array.from({ length: units }, (_, j) => row.reduce((sum, x, i) => sum + x * data[i * units + j], 0)),
    );
  }
  return Math.sqrt(rows.flat().reduce((sum, x) => sum + x * x, 0) / (64 * units));
}

const found: Record<string, { spread: number; accuracy: number }> = {};
for (const init of ['zeros', 'normal', 'xavier', 'orthogonal', 'lsuv']) {
  const run = await train({ ...common, model: net(init, 'tanh'), epochs: 5 }, { engine });
  found[init] = { spread: await signal(init), accuracy: run.test!.metric };
  const { spread, accuracy } = found[init];
  console.log(
    `${init.padEnd(10)} signal after ${layers} layers ${spread.toExponential(1).padEnd(7)}  accuracy ${accuracy.toFixed(2)}`,
  );
}
// A layer of normal(0.01) keeps 0.01 √32 = 6 % of the signal, 30 of them 1e-37; zeros keep nothing. Nothing arrives, no gradient comes back.
assert(found.normal.spread < 1e-30 && found.normal.accuracy < 0.2 && found.zeros.accuracy < 0.2);
// Rotations keep lengths exactly; independent numbers of the right variance only on average.
assert(Math.abs(found.orthogonal.spread - 1) < 0.01 && found.xavier.spread > 0.2 && found.xavier.spread < 5);
assert(found.orthogonal.accuracy > 0.85);
