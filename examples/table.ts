// Trains on rows of your own, as a program has them: columns are understood, and the model file answers for new rows.
// In a checkout: node --conditions=source examples/table.ts
import assert from 'node:assert/strict';
import { fromRows, loadModel, modelFile, train } from 'wellfit';

const customers = Array.from({ length: 400 }, (_, i) => {
  const age = 20 + ((i * 37) % 50);
  const plan = ['basic', 'pro', 'team'][(i * 7) % 3];
  const spent = i % 11 === 0 ? null : (i * 13) % 90;
  return { id: 70_001 + i, age, plan, spent, churned: age > 45 && plan !== 'team' ? 'yes' : 'no' };
});

const data = await fromRows(customers, { target: 'churned', name: 'customers' });
console.log(`columns: ${data.columns!.join(', ')}; ${data.notes!.join('; ')}`);

const run = await train({ data, epochs: 20, ensemble: { members: 2, bag: true } });
const { metric, interval } = run.test!;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`test accuracy ${percent(metric)} (95 % sure: ${percent(interval!.low)} to ${percent(interval!.high)})`);

const model = await loadModel(modelFile(run));
if (model.task !== 'classes') throw new Error('churned is one of two classes');
const [old, young] = await model.predict([
  { age: 66, plan: 'pro', spent: null },
  { age: 25, plan: 'team', spent: 12 },
]);
console.log(`66 years, pro: ${old.label}; 25 years, team: ${young.label}`);
assert(metric > 0.85 && old.label === 'yes' && young.label === 'no');
