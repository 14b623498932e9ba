// 70 rows of 50 numbers, of which 4 matter: penalties keep the other weights small, and the proximal l1 makes most of them exactly 0.
// In a checkout: node --conditions=source examples/techniques/weight-penalties.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const features = Array.from({ length: 1000 }, () => Array.from({ length: 50 }, normal));
const data = fromArrays({ features, targets: features.map(([a, b, c, d]) => 3 * a + 2 * b - 2 * c + d + normal()) });

/** Whole batches unless told: the solution of the penalized problem, not the noise of batches. */
async function fit(
  regularize: Record<string, unknown>,
  optimizer: Record<string, object> = { sgd: { lr: 0.05 } },
  batchSize = 70,
) {
  const rest = {
    limit: { train: 70 },
    target: 'raw' as const,
    split: { validation: 0, test: 0.5, seed },
    epochs: (400 * batchSize) / 70,
    seed,
  };
  const run = await train({ data, model: 'linear', regularize, optimizer, batchSize, ...rest }, { engine });
  const length = Math.hypot(...run.weights.get('dense1.weight')!.data);
  const found = { r2: run.test!.metrics.r2!, zeros: run.zeros.count, length };
  const name = `${Object.keys(optimizer)[0]}, ${batchSize} rows  ${JSON.stringify(regularize)}`;
  console.log(
    `${name.padEnd(58)} R² ${found.r2.toFixed(3)}  exact zeros ${String(found.zeros).padStart(2)}  length ${length.toFixed(2)}`,
  );
  return found;
}
const none = await fit({});
const l2 = await fit({ l2: 0.05 });
const decay = await fit({ weightDecay: 0.05 });
const l1 = await fit({ l1: 0.2 });
const proximal = await fit({ l1: { strength: 0.2, proximal: true } });
const elastic = await fit({ elasticNet: { l1: 0.2, l2: 0.1 } });
const limited = await fit({ maxNorm: 3 });
const noisy = await fit({ l1: { strength: 0.2, proximal: true } }, { sgd: { lr: 0.05 } }, 7);
await fit({ l1: { strength: 0.2, proximal: true } }, { adam: { lr: 0.02 } });
await fit({ l1: { strength: 1, proximal: true } }, { adam: { lr: 0.02 } });

// A weight that lowers the loss by less than 0.2 a unit is not worth its price. The subgradient only trembles around 0; the proximal step stops there.
assert(proximal.zeros >= 20 && l1.zeros === 0 && Math.abs(proximal.r2 - l1.r2) < 0.01);
assert(proximal.r2 > none.r2 + 0.05 && elastic.r2 > none.r2 + 0.04);
// In plain descent an l2 penalty is a decay; a decay by another name shrinks all weights and picks none.
assert(Math.abs(l2.length - decay.length) < 0.001 && l2.length < none.length && l2.zeros === 0);
assert(limited.length < 3.001);
// The gradient of 7 rows is noise of more than 0.2 a weight, which lifts weights off 0 at every update.
assert(noisy.zeros < 10);
