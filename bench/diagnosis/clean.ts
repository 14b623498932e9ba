import type { Dataset } from '../../src/index.ts';
import type { InMemory } from './case.ts';
import { data } from './data.ts';

type Settings = Omit<InMemory, 'data'>;

export const dense = (units: number, options: object = {}) => ({ dense: { units, ...options } });
export const hidden = (units: number, activation = 'relu', options: object = {}) => [dense(units, options), activation];

/** As those who write papers train: a constant rate, and all epochs. */
const plain: Settings = { schedule: 'constant', earlyStopping: false };

/** 784-128-64-10, as a whole or with options for every dense layer. */
export const mlp = (options: object = {}, activation = 'relu') => [
  'flatten',
  ...hidden(128, activation, options),
  ...hidden(64, activation, options),
  dense(10, options),
];

export const cnn = (first: object = {}, second: object = {}) => [
  { conv2d: { filters: 8, ...first } },
  'relu',
  'maxPool',
  { conv2d: { filters: 16, ...second } },
  'relu',
  'maxPool',
  'flatten',
  dense(10),
];

const normalized = (filters: number) => [{ conv2d: { filters, bias: false } }, 'batchNorm', 'relu'];

/** Every clean network: where its data come from, and all of its settings. */
export const clean = {
  C0: {
    from: data.circles,
    settings: {
      ...plain,
      preprocess: [],
      split: { validation: 0.3 },
      model: [...hidden(16), ...hidden(16), dense(1)],
      loss: 'binaryCrossEntropy',
      optimizer: { adam: { lr: 0.01 } },
      batchSize: 32,
      epochs: 60,
    },
  },
  B0: {
    from: data.blobs,
    settings: {
      ...plain,
      preprocess: ['standardize'],
      model: [...hidden(32), ...hidden(32), dense(3)],
      optimizer: { adam: { lr: 0.01 } },
      batchSize: 32,
      epochs: 40,
      earlyStopping: { patience: 40 },
    },
  },
  S0: {
    from: data.spiral,
    settings: {
      ...plain,
      preprocess: [],
      split: { validation: 0.3 },
      model: [...hidden(64, 'tanh'), ...hidden(64, 'tanh'), dense(3)],
      optimizer: { adam: { lr: 0.01 } },
      batchSize: 32,
      epochs: 100,
      earlyStopping: { patience: 100 },
    },
  },
  M0: {
    from: data.mnist,
    settings: {
      ...plain,
      preprocess: ['rescale'],
      model: mlp(),
      optimizer: { adam: { lr: 0.001 } },
      batchSize: 64,
      epochs: 15,
    },
  },
  M1: {
    from: data.mnist,
    settings: {
      ...plain,
      preprocess: ['standardize'],
      model: cnn(),
      optimizer: { adam: { lr: 0.001 } },
      batchSize: 64,
      epochs: 8,
    },
  },
  A0: {
    from: data.cars,
    settings: {
      ...plain,
      preprocess: ['standardize'],
      model: [...hidden(64), ...hidden(64), dense(1)],
      regularize: { l2: 2e-5 },
      optimizer: { adam: { lr: 0.001 } },
      batchSize: 32,
      epochs: 60,
    },
  },
  /** In place of the text network: Wellfit has no attention. */
  D0: {
    from: data.digits,
    settings: {
      ...plain,
      model: cnn(),
      optimizer: { adam: { lr: 0.003 } },
      batchSize: 32,
      epochs: 10,
    },
  },
  /** In place of Pima's diabetes: survivors of the Titanic. */
  P0: {
    from: data.titanic,
    settings: {
      model: [...hidden(8), ...hidden(16), dense(2)],
      optimizer: { adam: { lr: 0.003 } },
      batchSize: 32,
      epochs: 40,
      ensemble: false,
    },
  },
  I0: {
    from: data.iris,
    settings: {
      ...plain,
      model: [...hidden(16), dense(3)],
      optimizer: { adam: { lr: 0.01 } },
      batchSize: 16,
      epochs: 60,
    },
  },
  F0: {
    from: data.fashion,
    settings: {
      preprocess: ['standardize'],
      model: mlp(),
      optimizer: { adam: { lr: 0.001 } },
      batchSize: 64,
      epochs: 15,
    },
  },
  /** Batch normalization and dropout, as deeper networks have them. */
  M2: {
    from: data.digits,
    settings: {
      preprocess: ['standardize'],
      model: [
        ...normalized(16),
        ...normalized(16),
        'maxPool',
        { dropout: { rate: 0.2 } },
        ...normalized(32),
        'maxPool',
        { dropout: { rate: 0.3 } },
        'flatten',
        dense(64, { bias: false }),
        'batchNorm',
        'relu',
        { dropout: { rate: 0.5 } },
        dense(10),
      ],
      optimizer: { momentum: { lr: 0.05, momentum: 0.9 } },
      batchSize: 64,
      epochs: 15,
    },
  },
  /** In place of the recurrent network: Wellfit has none. */
  W0: {
    from: data.cancer,
    settings: {
      preprocess: ['standardize'],
      model: [...hidden(32), ...hidden(16), dense(2)],
      optimizer: { momentum: { lr: 0.02 } },
      batchSize: 32,
      epochs: 40,
    },
  },
} satisfies Record<string, { from: () => Promise<Dataset>; settings: Settings }>;

export type CleanName = keyof typeof clean;

export async function cleanExperiment(name: CleanName): Promise<InMemory> {
  const { from, settings } = clean[name];
  return { data: await from(), ...settings };
}
