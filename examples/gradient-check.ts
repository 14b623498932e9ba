// Compares the gradients of a convolutional network with finite differences, in float64.
// In a checkout: node --conditions=source examples/gradient-check.ts
import assert from 'node:assert/strict';
import { gradientCheck } from 'wellfit';

const report = await gradientCheck(
  {
    data: { dataset: 'digits' },
    model: [{ conv2d: { filters: 4 } }, 'batchNorm', 'relu', 'maxPool', 'flatten', { dense: { units: 10 } }],
    regularize: { l2: 0.01 },
  },
  { perParameter: 20 },
);
for (const { name, ratio, checked, total } of report.parameters)
  console.log(`${name}: ratio ${ratio.toExponential(1)}, ${checked} of ${total} entries`);
console.log(`${report.conditions.join('; ')}: ${report.words}`);
assert.equal(report.verdict, 'correct');
