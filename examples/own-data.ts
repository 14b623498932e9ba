// Trains on data of your own: points on two spirals, told apart by one logit.
// In a checkout: node --conditions=source examples/own-data.ts
import assert from 'node:assert/strict';
import { fromArrays, train } from 'wellfit';

const rows = 600;
const turns = 1.5;
const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
const points = Array.from(labels, (label, row) => {
  const along = Math.sqrt(row / rows);
  const angle = 2 * Math.PI * turns * along + Math.PI * label;
  return [along * Math.cos(angle), along * Math.sin(angle)];
});

const data = fromArrays({ features: points, targets: labels, classes: ['inner', 'outer'], name: 'spirals' });
const run = await train(
  {
    data,
    model: [{ dense: { units: 32 } }, 'tanh', { dense: { units: 32 } }, 'tanh', { dense: { units: 1 } }],
    loss: 'binaryCrossEntropy',
    optimizer: { adam: { lr: 0.02 } },
    epochs: 150,
    earlyStopping: { patience: 50 },
  },
  {
    onEvent(event) {
      if (event.kind === 'epoch' && event.record.epoch % 30 === 0)
        console.log(`epoch ${event.record.epoch}: validation loss ${event.record.validation?.loss.toFixed(4)}`);
    },
  },
);
console.log(`${run.stopped.words}; test accuracy ${(100 * run.test!.metric).toFixed(1)} %`);
assert(run.test!.metric > 0.9);
