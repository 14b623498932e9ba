// Which rows are held out decides what a measure means: three splits that flatter, and the ones that do not.
// In a checkout: node --conditions=source examples/techniques/splits.ts
import assert from 'node:assert/strict';
import { fromArrays, onnxRuntimeEngine, train } from 'wellfit';

const seed = 0;
const engine = onnxRuntimeEngine({ threads: 1 });
let state = 12_345 + seed;
const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const rest = { optimizer: { adam: { lr: 0.01 } }, epochs: 30, seed };

// 100 patients with ten rows each that differ little; who is ill was drawn by lot, so nothing can be known of a new patient.
const patients = Array.from({ length: 100 }, () => ({
  at: Array.from({ length: 8 }, uniform),
  ill: Number(uniform() < 0.5),
}));
const rows = patients.flatMap((patient, group) => Array.from({ length: 10 }, () => ({ ...patient, group })));
const visits = fromArrays({
  features: rows.map(({ at }) => at.map((x) => x + 0.05 * (uniform() - 0.5))),
  targets: Int32Array.from(rows, ({ ill }) => ill),
  groups: rows.map(({ group }) => group),
});
const accuracy: Record<string, number> = {};
for (const by of ['row', 'group'] as const) {
  const run = await train({ data: visits, split: { test: 0.3, by }, ...rest }, { engine });
  accuracy[by] = run.test!.metric;
  console.log(`patients by ${by.padEnd(5)} test accuracy ${accuracy[by].toFixed(2)}`);
  for (const note of run.notes) console.log(`  note: ${note}`);
}
// By row, the other visits of the same patient are learned by heart; a new patient is a coin.
assert(accuracy.row > 0.9 && accuracy.group < 0.8);

// A wave over time: between days that are known it is easy, beyond the last one it is not.
const days = Float64Array.from({ length: 1000 }, (_, day) => day);
const wave = Array.from(days, (day) => Math.sin(day / 100));
const series = fromArrays({ features: Array.from(days, (day) => [day]), targets: wave, times: days });
const errors: Record<string, number> = {};
for (const by of ['row', 'time'] as const) {
  const run = await train({ data: series, split: { test: 0.2, by }, ...rest }, { engine });
  errors[by] = run.test!.metric;
  console.log(`wave by ${by.padEnd(9)} test rmse ${errors[by].toFixed(2)}`);
}
assert(errors.time > 3 * errors.row);

// The same rows twice: named in the notes of every training.
const twice = [...wave.slice(0, 200), ...wave.slice(0, 200)];
const doubled = fromArrays({ features: twice.map((x) => [x]), targets: twice, name: 'doubled' });
const { notes } = await train({ data: doubled, ...rest, epochs: 1 }, { engine });
console.log(notes[0]);
assert.match(notes[0], /test rows also stand in the training rows/);
