// A made-up table of customers: an income with a long tail, a few absurd readings, a survey that many did not answer, and 40 towns.
// In a checkout: node --conditions=source examples/techniques/tables.ts
import assert from 'node:assert/strict';
import { fromRows, onnxRuntimeEngine, type Row, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const liking = Array.from({ length: 40 }, () => 2 * normal());
const customers = Array.from({ length: 2000 }, () => {
  const [wealth, use, town] = [normal(), normal(), Math.floor(40 * uniform())];
  const answered = uniform() < 0.6;
  const stays = 0.7 * wealth + 0.7 * use + liking[town] + (answered ? 0.8 : -1.2) + 0.3 * normal() > 0;
  return {
    income: 30_000 * Math.exp(1.5 * wealth),
    use: uniform() < 0.01 ? 1e6 : use,
    // What is answered says nothing; that it is answered does.
    satisfaction: answered ? 1 + Math.floor(5 * uniform()) : null,
    town: `town ${town}`,
    stays: stays ? 'yes' : 'no',
  };
});

async function accuracy(rows: readonly Row[], preprocess: unknown[]): Promise<number> {
  const data = await fromRows(rows, { target: 'stays' });
  const model = [{ dense: { units: 32 } }, 'relu', { dense: { units: 2 } }];
  const split = { validation: 0.1, test: 0.4, seed };
  const run = await train(
    { data, model, preprocess, split, optimizer: { adam: { lr: 0.005 } }, epochs: 15, seed },
    { engine },
  );
  return run.test!.metric;
}

const filledIn = customers.map(({ satisfaction, ...rest }) => ({ ...rest, satisfaction: satisfaction ?? 3 }));
const numbered = customers.map(({ town, ...rest }) => ({ ...rest, town: Number(town.slice(5)) + 0.5 }));
// Numbers alone and none missing: such a table may also be standardized.
const numbersAlone = filledIn.map((row) => ({
  ...row,
  ...Object.fromEntries(liking.map((_, i) => [`in town ${i}`, row.town === `town ${i}` ? 1.5 : 0.5])),
  town: '',
}));
const oneHot = { columns: { oneHot: 100 } };
const results = {
  'towns one-hot': await accuracy(customers, [oneHot]),
  'towns embedded': await accuracy(customers, ['columns']),
  'missing values filled in by hand': await accuracy(filledIn, [oneHot]),
  'towns as numbers, one feature': await accuracy(numbered, [{ columns: { bins: 0 } }]),
  'towns as numbers, in pieces': await accuracy(numbered, ['columns']),
  'numbers alone, columns': await accuracy(numbersAlone, ['columns']),
  'numbers alone, standardize': await accuracy(numbersAlone, ['standardize']),
};
for (const [name, share] of Object.entries(results))
  console.log(`${name.padEnd(34)} test accuracy ${(100 * share).toFixed(1)} %`);

const best = results['towns one-hot'];
assert(best > 0.8 && results['towns embedded'] > best - 0.06);
// That a value is missing is information: filled in by hand, it is gone.
assert(results['missing values filled in by hand'] < best - 0.02);
// The order of town numbers means nothing, and a network has to undo it; pieces help it to.
assert(results['towns as numbers, one feature'] < best - 0.05);
// Twenty absurd readings set the deviation; the quartiles do not see them.
assert(results['numbers alone, standardize'] < results['numbers alone, columns'] - 0.03);
