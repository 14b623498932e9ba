// Trains on the handwritten digits that come with the package and saves the model.
// In a checkout: node --conditions=source examples/digits.ts [file.onnx]
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelFile, train } from 'wellfit';

const run = await train({
  data: { dataset: 'digits' },
  model: ['flatten', { dense: { units: 64 } }, 'relu', { dropout: { rate: 0.2 } }, { dense: { units: 10 } }],
  epochs: 20,
});
assert(run.test && run.test.metric > 0.9);
console.log(`test accuracy ${(100 * run.test.metric).toFixed(1)} %`);

const path = process.argv[2] ?? join(tmpdir(), 'digits.onnx');
await writeFile(path, modelFile(run));
console.log(`saved ${path}`);
