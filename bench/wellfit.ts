// Wellfit as one of the programs that the benchmark compares: the same conversation, the real training loop's own parts.

import { type Dataset, fromArrays } from '../src/data/index.ts';
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { numbersOf, prepareMemory, Trainer } from '../src/train/index.ts';
import { arguments_ } from './arguments.ts';
import { findStep, randomBatches, randomInputs, randomLabels, serve } from './peers/peer.ts';
import { networkOf } from './steps.ts';

const { step: name, threads } = arguments_();

await serve(async () => {
  const step = findStep(name);
  const network = networkOf(step);
  const dataset: Dataset = fromArrays({
    name,
    features: step.data === 'uint8' ? Uint8Array.from(randomInputs(step)) : randomInputs(step),
    shape: step.shape,
    targets: randomLabels(step),
    classes: Array.from({ length: step.classes }, (_, i) => String(i)),
  });
  const engine = onnxRuntimeEngine({ threads });
  const trainer = new Trainer(engine, prepareMemory(engine, network, dataset, 0), network, 0);
  const batches = randomBatches(step);
  const numbers = numbersOf(
    {
      optimizer: network.optimizer,
      schedule: { kind: 'constant', options: { warmup: 0 } },
      regularizers: network.regularizers,
    },
    { total: 50_000, perEpoch: 50_000, losses: [], rows: step.rows },
  );
  const waiting: Int32Array[] = [];
  let [taken, loss] = [0, Number.NaN];

  const flush = async (count: number) => {
    const rows = new Int32Array(count * step.batch);
    for (let i = 0; i < count; i++) rows.set(waiting.shift()!, i * step.batch);
    const before = performance.now();
    const results = await trainer.run(rows, count, numbers);
    loss = results.loss[count - 1];
    trainer.tune((performance.now() - before) / 1000, count);
  };
  return {
    peer: 'wellfit',
    version: '',
    parameters: network.model.parameterCount,
    threads,
    async step() {
      waiting.push(batches[taken++ % batches.length]);
      const count = trainer.stepsFor(Number.POSITIVE_INFINITY);
      if (waiting.length >= count) await flush(count);
    },
    async loss() {
      if (waiting.length > 0) await flush(waiting.length);
      return loss;
    },
  };
});
