// Normalized by their batch, four layers still train at a rate ten and thirty times higher than the one the plain network bears.
// In a checkout: node --conditions=source examples/techniques/batch-normalization.ts
import assert from 'node:assert/strict';
import { onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
const accuracy: Record<string, number[]> = {};
for (const norm of ['plain', 'batchNorm']) {
  const hidden = [{ dense: { units: 64 } }, ...(norm === 'batchNorm' ? ['batchNorm'] : []), 'relu'];
  const model = ['flatten', ...hidden, ...hidden, ...hidden, ...hidden, { dense: { units: 10 } }];
  accuracy[norm] = [];
  for (const lr of [0.01, 0.1, 1, 3]) {
    const rest = { optimizer: { sgd: { lr } }, schedule: 'constant', epochs: 5, earlyStopping: false, seed } as const;
    const { test, stopped } = await train({ data: { dataset: 'digits' }, model, ...rest }, { engine });
    accuracy[norm].push(test!.metric);
    console.log(
      `${norm.padEnd(10)} lr ${String(lr).padEnd(5)} test accuracy ${test!.metric.toFixed(2)}  ${stopped.ending}`,
    );
  }
}
// Larger weights do not make larger outputs, for the batch's deviation divides them away again: a step too long corrects itself.
assert(accuracy.plain[1] > 0.9 && accuracy.plain[2] < 0.5 && accuracy.plain[3] < 0.5);
assert(accuracy.batchNorm[1] > 0.9 && accuracy.batchNorm[2] > 0.9 && accuracy.batchNorm[3] > 0.7);

const late: number[] = [];
for (const momentum of [0.1, 0.01]) {
  const hidden = [{ dense: { units: 64 } }, { batchNorm: { momentum } }, 'relu'];
  const model = ['flatten', ...hidden, ...hidden, { dense: { units: 10 } }];
  const few = { limit: { train: 320 }, split: { validation: 0.3, seed }, optimizer: { sgd: { lr: 0.1 } }, epochs: 3 };
  const { epochs } = await train({ data: { dataset: 'digits' }, model, ...few, seed }, { engine });
  const { train: seen, validation } = epochs.at(-1)!;
  late.push(validation!.loss);
  console.log(
    `momentum ${momentum}, 30 updates: train loss ${seen.loss.toFixed(2)}, validation ${validation!.loss.toFixed(2)}`,
  );
}
// Of the mean 0 and variance 1 that running statistics begin with, 0.9 ** 30 = 4 % is left at 0.1 but 0.99 ** 30 = 74 % at 0.01.
assert(late[1] > late[0] + 0.1);
