import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, split } from '../../src/data/index.ts';
import { resolve } from '../../src/train/index.ts';

type Template = Readonly<Record<string, unknown>>;

/** A network with one hidden layer, and what of it is searched. The rate is the same from the first update to the last. */
const network = (dataset: string, epochs: number, limit: object): Template => ({
  data: { dataset },
  split: { validation: 0.2, test: 0.2, seed: 0 },
  ...{ limit, epochs },
  preprocess: [{ standardize: { over: 'feature' } }],
  model: [
    'flatten',
    { dense: { units: { int: [16, 256], step: 16 } } },
    { choice: ['relu', 'tanh', 'sigmoid'] },
    { dense: { units: 10 } },
  ],
  optimizer: { adam: { lr: { log: [1e-5, 1e-1] } } },
  schedule: 'constant',
  regularize: { l2: { log: [1e-6, 1e-2] } },
  batchSize: { choice: [16, 32, 64, 128] },
  earlyStopping: false,
  metric: 'accuracy',
});

/** What is searched, by data set; the value of a trial is the validation accuracy after its last epoch. */
export const experiments: Readonly<Record<string, Template>> = {
  digits: network('digits', 27, {}),
  'fashion-mnist': network('fashion-mnist', 10, { train: 6000, validation: 2000, test: 2000 }),
};

/** An experiment without ranges, for what does not depend on them. */
const settled = (template: Template): Template => ({
  ...template,
  model: ['flatten', { dense: { units: 10 } }],
  ...{ optimizer: 'adam', regularize: {}, batchSize: 32 },
});

/** Writes the rows as they are before preprocessing, and who learns from which, for Python. */
export function writeForPython(dataset: Dataset, template: Template, folder: string): void {
  const { settings } = resolve(settled(template), dataset);
  const rows = split(dataset, { ...settings.split, limit: settings.limit });
  const all = [...rows.train, ...rows.validation, ...rows.test];
  const width = dataset.features.length / dataset.rows;
  const features = new Float32Array(all.length * width);
  for (const [i, row] of all.entries())
    features.set(dataset.features.subarray(row * width, (row + 1) * width) as Float32Array, i * width);
  writeFileSync(join(folder, 'features.f32'), features);
  const targets = Int32Array.from(all, (row) => dataset.targets.data[row]);
  writeFileSync(join(folder, 'targets.i32'), targets);
  const parts = [rows.train, rows.validation, rows.test].map(({ length }) => length);
  writeFileSync(join(folder, 'facts.json'), JSON.stringify({ width, parts, epochs: settings.epochs }));
}
