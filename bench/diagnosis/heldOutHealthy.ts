import { hashText, Random, sizeOf } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/index.ts';
import { type Case, type InMemory, seeded } from './case.ts';
import { clean, cleanExperiment, cnn, dense, hidden } from './clean.ts';
import { data, drawn, once, permuted, some, table } from './data.ts';

/** Rows of normal numbers and what they are answered with. */
function made(name: string, rows: number, width: number, answer: (x: number[], random: Random) => number[]): Dataset {
  const random = new Random(hashText(name));
  const features = Array.from({ length: rows }, () => Array.from({ length: width }, () => random.normal()));
  return fromArrays({ name, features, targets: features.map((x) => answer(x, random)) });
}

const poissonDraw = (rate: number, random: Random): number => {
  let [count, product] = [0, random.uniform()];
  while (product > Math.exp(-rate)) {
    count++;
    product *= random.uniform();
  }
  return count;
};

const moons = once(() =>
  drawn('moons', 800, (row, random) => {
    const [label, angle] = [row % 2, Math.PI * random.uniform()];
    const [x, y] = label ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)];
    return [[x + 0.15 * random.normal(), y + 0.15 * random.normal()], label];
  }),
);
const rings = once(() =>
  drawn('rings', 800, (row, random) => {
    const angle = 2 * Math.PI * random.uniform();
    const radius = (row % 2 ? 0.5 : 1) + 0.08 * random.normal();
    return [[radius * Math.cos(angle), radius * Math.sin(angle)], row % 2];
  }),
);
/** Two of three rows lie where they belong; nobody could tell the others. */
const weakSignal = once(() =>
  drawn('weak signal', 1500, (_, random) => {
    const x = Array.from({ length: 8 }, () => random.normal());
    return [x, x[0] + 0.5 * x[1] + 2.2 * random.normal() > 0 ? 1 : 0];
  }),
);
const noisyNumbers = once(() =>
  made('noisy numbers', 1500, 6, (x, random) => [x[0] - 0.5 * x[1] * x[2] + 2 * random.normal()]),
);
const twoNumbers = once(() =>
  made('two numbers', 1000, 3, (x, random) => [
    Math.sin(x[0]) + 0.1 * random.normal(),
    100 + 20 * Math.cos(x[1]) * x[2] + 2 * random.normal(),
  ]),
);
const labels = once(() =>
  made('labels', 1200, 10, (x, random) =>
    [0, 1, 2].map((k) => Number(x[k] + x[k + 3] * x[k + 4] + 0.5 * random.normal() > 0.3)),
  ),
);
const counts = once(() =>
  made('counts', 1200, 4, (x, random) => [poissonDraw(Math.exp(0.8 + 0.6 * x[0] - 0.4 * x[1]), random)]),
);
const redWine = table('wine-quality-red.csv', 'quality');
const houses = once(async () => every(8, await table('california-housing.csv', 'median_house_value')()));
const diamonds = once(async () => every(21, await table('diamonds.csv', 'price')()));
const adults = once(async () => every(19, await table('adult.csv.gz', 'income')()));
const photos = some('cifar-10', 1500);

/** As the recipe has it for so many rows, in half of its epochs. */
const fewer = { epochs: 20, ensemble: false } as const;

/** One row of so many. */
function every(distance: number, dataset: Dataset): Dataset {
  const rows = Array.from({ length: Math.floor(dataset.rows / distance) }, (_, i) => i * distance);
  const width = sizeOf(dataset.shape);
  const { targets } = dataset;
  const kept = targets.data.filter((_, row) => row % distance === 0 && row / distance < rows.length);
  return {
    ...dataset,
    rows: rows.length,
    features: Float32Array.from(
      rows.flatMap((row) => Array.from(dataset.features.subarray(row * width, (row + 1) * width))),
    ),
    targets: { ...targets, data: kept } as Dataset['targets'],
  };
}

const cases: Record<string, { what: string; experiment: () => Promise<InMemory> }> = {
  deepRelu: {
    what: 'eight ReLU layers that begin as they should',
    experiment: async () => ({
      data: await rings(),
      model: [...Array.from({ length: 8 }, () => hidden(24)).flat(), dense(2)],
      lr: 0.002,
      epochs: 40,
    }),
  },
  seluMoons: {
    what: 'SELU on two moons, batches of 16',
    experiment: async () => ({
      data: await moons(),
      model: [...hidden(32, 'selu'), ...hidden(32, 'selu'), dense(2)],
      optimizer: { nesterov: { lr: 0.02 } },
      batchSize: 16,
      epochs: 40,
    }),
  },
  weakSignal: {
    what: 'classes that can hardly be told apart, by anybody',
    experiment: async () => ({ data: await weakSignal(), model: [...hidden(16), dense(2)], lr: 0.002, epochs: 40 }),
  },
  noisyNumbers: {
    what: 'a regression of which a quarter can be known',
    experiment: async () => ({ data: await noisyNumbers(), model: [...hidden(32), dense(1)], lr: 0.003, epochs: 40 }),
  },
  twoNumbers: {
    what: 'two numbers of different size, and the Huber loss',
    experiment: async () => ({
      data: await twoNumbers(),
      model: [...hidden(48, 'gelu'), ...hidden(48, 'gelu'), dense(2)],
      loss: 'huber',
      optimizer: { adamw: { lr: 0.003 } },
      epochs: 60,
    }),
  },
  threeLabels: {
    what: 'three labels at once',
    experiment: async () => ({
      data: await labels(),
      model: [...hidden(48, 'silu'), dense(3)],
      loss: 'binaryCrossEntropy',
      lr: 0.003,
      epochs: 40,
    }),
  },
  counts: {
    what: 'counts, with the Poisson loss',
    experiment: async () => ({
      data: await counts(),
      model: [...hidden(24, 'elu'), dense(1)],
      loss: 'poisson',
      lr: 0.002,
      epochs: 40,
    }),
  },
  redWine: {
    what: 'grades of wine: a hard regression with everything left out',
    experiment: async () => ({ data: await redWine(), ...fewer }),
  },
  houses: {
    what: 'prices of houses: one row in eight of a large table',
    experiment: async () => ({ data: await houses(), ...fewer }),
  },
  diamonds: {
    what: 'prices of diamonds, of which a few are very high',
    experiment: async () => ({ data: await diamonds(), ...fewer }),
  },
  adults: {
    what: 'incomes: three rows of one class for one of the other',
    experiment: async () => ({ data: await adults(), ...fewer }),
  },
  photographs: {
    what: 'small photographs, of which few are recognized',
    experiment: async () => ({
      data: await photos(),
      model: cnn(),
      optimizer: { adam: { lr: 0.003 } },
      batchSize: 64,
      epochs: 15,
    }),
  },
  layerNormed: {
    what: 'layer normalization, leaky ReLU and RMSprop',
    experiment: async () => ({
      data: await data.digits(),
      model: ['flatten', dense(64), 'layerNorm', 'leakyRelu', dense(32), 'layerNorm', 'leakyRelu', dense(10)],
      optimizer: { rmsprop: { lr: 0.002 } },
      epochs: 20,
    }),
  },
  tanhDescent: {
    what: 'tanh and plain gradient descent on batches of 16, at a constant rate',
    experiment: async () => ({
      data: await data.digits(),
      model: ['flatten', ...hidden(64, 'tanh'), dense(10)],
      optimizer: { sgd: { lr: 0.1 } },
      schedule: 'constant',
      batchSize: 16,
      epochs: 12,
    }),
  },
  oneCycle: {
    what: 'one cycle of the rate with momentum',
    experiment: async () => ({
      ...(await cleanExperiment('F0')),
      optimizer: { momentum: { lr: 0.1 } },
      schedule: 'oneCycle',
      earlyStopping: false,
    }),
  },
  augmented: {
    what: 'small shifts and turns, a little dropout, weight decay and an average of the weights',
    experiment: async () => ({
      ...(await cleanExperiment('M0')),
      augment: [{ shift: 0.08 }, { rotation: 10 }],
      model: ['flatten', ...hidden(128), { dropout: { rate: 0.2 } }, dense(10)],
      regularize: { weightDecay: 0.01 },
      average: 'ema',
      schedule: 'cosine',
    }),
  },
  hinge: {
    what: 'the hinge loss',
    experiment: async () => ({ ...(await cleanExperiment('W0')), loss: 'hinge' }),
  },
  someWrongLabels: {
    what: 'one label in ten is wrong, and the network learns all the same',
    experiment: async () => {
      const { from, settings } = clean.M0;
      return { ...settings, data: permuted(await from(), 0.1), earlyStopping: { patience: 4 } };
    },
  },
  fewFlowers: {
    what: 'thirty flowers',
    experiment: async () => ({ ...(await cleanExperiment('I0')), limit: { train: 30, validation: 30 }, batchSize: 8 }),
  },
  largeBatches: {
    what: 'batches of a quarter of the rows, with a rate that suits them',
    experiment: async () => ({ ...(await cleanExperiment('W0')), batchSize: 114, optimizer: { adam: { lr: 0.02 } } }),
  },
};

/** Healthy networks that no threshold was chosen on. */
export const heldOutHealthy: readonly Case[] = Object.entries(cases).map(([name, { what, experiment }]) => ({
  ...{ name, kind: 'healthy', base: name, what, expect: [] },
  experiment: async (seed) => seeded(await experiment(), seed),
}));
