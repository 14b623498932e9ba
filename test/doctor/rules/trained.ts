import { vi } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import { fromArrays } from '../../../src/data/index.ts';
import { loadDataset } from '../../../src/data/readers/index.ts';
import { type Change, Historian, type History, look, type Seen } from '../../../src/doctor/index.ts';
import type { RuleName } from '../../../src/doctor/rules/index.ts';
import { onnxRuntimeEngine } from '../../../src/engine/index.ts';
import { type ExperimentOrData, train } from '../../../src/index.ts';

vi.setConfig({ testTimeout: 30_000 });

const engine = onnxRuntimeEngine({ threads: 1 });

/** Trains and keeps what was seen. */
export async function watched(experiment: object): Promise<History> {
  const historian = new Historian();
  await train(experiment as ExperimentOrData, { engine, onEvent: (event) => historian.observe(event) });
  return historian.history!;
}

/** The same training with one thing changed. */
export const changed = (history: History, data: unknown, { settings }: Change): Promise<History> =>
  watched({ ...history.settings, ...settings, data });

export const seenBy = (rule: RuleName, history: History): Seen | undefined =>
  look(history).find((seen) => seen.rule === rule);

export const isAlarm = ({ severity }: Seen): boolean => severity !== 'info';

const digits = await loadDataset('digits');
const random = new Random(1, 2);

/** y = 20 + 8 (sum of four numbers / 2), with a little noise. */
const lines = (() => {
  const features = Array.from({ length: 400 }, () => Array.from({ length: 4 }, () => random.normal()));
  const targets = Float32Array.from(features, (row) => 20 + 4 * row.reduce((a, b) => a + b) + random.normal());
  return fromArrays({ name: 'lines', features, targets });
})();

/** Two rings, one around the other. */
const rings = (() => {
  const features = Array.from({ length: 400 }, (_, row) => {
    const angle = 2 * Math.PI * random.uniform();
    const radius = (row % 2 ? 1 : 2) + 0.1 * random.normal();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return fromArrays({ name: 'rings', features, targets: Int32Array.from(features, (_, row) => row % 2) });
})();

export const dense = (units: number, options: object = {}) => ({ dense: { units, ...options } });

const plain = { schedule: 'constant', earlyStopping: false, split: { validation: 0.2, test: 0 }, batchSize: 32 };

/** Small trainings that are well: of images, of a regression, and of two classes that no line can part. */
export const healthy = {
  digits: {
    ...plain,
    data: digits,
    limit: { train: 320, validation: 80 },
    preprocess: ['standardize'],
    model: ['flatten', dense(32), 'relu', dense(32), 'relu', dense(10)],
    optimizer: { adam: { lr: 0.003 } },
    epochs: 20,
  },
  lines: {
    ...plain,
    data: lines,
    preprocess: ['standardize'],
    model: [dense(16), 'relu', dense(1)],
    optimizer: { adam: { lr: 0.01 } },
    epochs: 30,
  },
  rings: {
    ...plain,
    data: rings,
    preprocess: ['standardize'],
    model: [dense(16), 'relu', dense(16), 'relu', dense(2)],
    optimizer: { adam: { lr: 0.01 } },
    epochs: 30,
  },
};
