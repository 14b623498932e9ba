// Five networks that differ in their seed are wrong in different places; the mean of their probabilities is better than they are.
// In a checkout: node --conditions=source examples/techniques/ensembles.ts
import assert from 'node:assert/strict';
import { onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
const experiment = {
  data: { dataset: 'digits' },
  limit: { train: 150 },
  split: { test: 0.5 },
  optimizer: { adam: { lr: 0.01 } },
  epochs: 20,
  seed,
} as const;
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x) / values.length;

for (const ensemble of [{ members: 5 }, { snapshots: 5 }]) {
  console.log(JSON.stringify(ensemble));
  for (const metric of ['accuracy', 'logLoss']) {
    const { gain } = await train({ ...experiment, ensemble, metric }, { engine });
    const { members, together } = gain!;
    const each = members.map((value) => value.toFixed(3)).join('  ');
    console.log(`  ${metric}: ${each}  mean ${mean(members).toFixed(3)}  together ${together.toFixed(3)}`);
    // A theorem: -log is convex, so the log loss of the mean is at most the mean of the log losses. For the accuracy there is none.
    if (metric === 'logLoss') assert(together < mean(members) - 0.01);
    else if ('members' in ensemble) assert(together > mean(members));
  }
}
