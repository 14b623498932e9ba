import { modelFile, onnxRuntimeEngine, train } from '../../src/index.ts';
import { type Case, type InMemory, seeded } from './case.ts';
import { type CleanName, clean, cleanExperiment, dense, hidden, mlp } from './clean.ts';
import { data, retargeted } from './data.ts';

const plain: Case[] = (Object.keys(clean) as CleanName[]).map((name) => ({
  name,
  kind: 'healthy',
  base: name,
  what: 'a plain network',
  expect: [],
  experiment: async (seed) => seeded(await cleanExperiment(name), seed),
}));

/** A network that has learned other rows of MNIST. */
async function pretrained(): Promise<Uint8Array> {
  const run = await train(
    {
      ...(await cleanExperiment('M0')),
      data: await data.otherMnist(),
      epochs: 10,
      split: { validation: 0.1, test: 0 },
    },
    { engine: onnxRuntimeEngine({ threads: 1 }), watch: false },
  );
  return modelFile(run);
}
let converged: Promise<Uint8Array> | undefined;

/** A network that goes on from one that has converged. */
async function goesOn(changes: Partial<InMemory>, from: object): Promise<InMemory> {
  converged ??= pretrained();
  const { model: _, preprocess: __, ...rest } = await cleanExperiment('M0');
  return { ...rest, ...changes, from: { model: 'converged.onnx', bytes: await converged, ...from } };
}

/** Healthy networks that rules of other tools cry wolf over, and what these take for ill. */
const tricky: Record<string, { what: string; experiment: () => Promise<InMemory> }> = {
  halfZeros: {
    what: 'ReLU layers of which more than half of the values are 0',
    experiment: async () => ({
      ...(await cleanExperiment('F0')),
      model: [
        'flatten',
        ...[128, 64, 64, 64].flatMap((units) => hidden(units, 'relu', { biasInit: { constant: { value: -0.1 } } })),
        dense(10),
      ],
    }),
  },
  labelSmoothing: {
    what: 'label smoothing, so that the loss never comes near 0',
    experiment: async () => ({ ...(await cleanExperiment('M0')), loss: { crossEntropy: { smoothing: 0.1 } } }),
  },
  linearRegression: {
    what: 'a linear model without an activation, on purpose',
    experiment: async () => ({
      ...(await cleanExperiment('A0')),
      model: [dense(1)],
      regularize: {},
      optimizer: { sgd: { lr: 0.02 } },
    }),
  },
  sigmoidHead: {
    what: 'a regression of numbers from 0 to 1 whose last layer is a sigmoid',
    experiment: async () => ({
      ...(await cleanExperiment('A0')),
      data: retargeted(await data.cars(), (mpg) => (mpg - 5) / 45),
      target: 'raw',
      model: [...hidden(64), ...hidden(64), dense(1), 'sigmoid'],
    }),
  },
  fineTuning: {
    what: 'a network that has converged before and goes on with tiny gradients',
    experiment: () => goesOn({ optimizer: { adam: { lr: 0.0003 } }, epochs: 8 }, { head: 'keep' }),
  },
  warmRestarts: {
    what: 'a warm-up and a cosine that restarts: the loss jumps as it should',
    experiment: async () => ({
      ...(await cleanExperiment('M0')),
      optimizer: { momentum: { lr: 0.05 } },
      schedule: { cosineRestarts: { period: 4, warmup: 50 } },
      epochs: 16,
    }),
  },
  strongDropout: {
    what: 'dropout of one half: validation is better than training',
    experiment: async () => ({
      ...(await cleanExperiment('M0')),
      model: [
        'flatten',
        ...hidden(128),
        { dropout: { rate: 0.5 } },
        ...hidden(64),
        { dropout: { rate: 0.5 } },
        dense(10),
      ],
      epochs: 20,
    }),
  },
  unevenClasses: {
    what: 'ten rows of one class for one of each of the others, and all are told apart',
    experiment: async () => ({
      ...(await cleanExperiment('B0')),
      data: await data.unevenBlobs(),
      metric: 'balancedAccuracy',
    }),
  },
  smallBatches: {
    what: 'plain gradient descent on batches of 8: noisy, and it converges',
    experiment: async () => ({
      ...(await cleanExperiment('B0')),
      optimizer: { sgd: { lr: 0.05 } },
      batchSize: 8,
      epochs: 20,
    }),
  },
  frozenBackbone: {
    what: 'all but a new last layer is frozen, on purpose',
    experiment: () =>
      goesOn({ model: [dense(10)], optimizer: { adam: { lr: 0.003 } } }, { head: 'replace', freeze: true }),
  },
  tokens: {
    what: 'tokens by their number, embedded',
    experiment: async () => ({
      data: await data.tokens(),
      model: [...hidden(64), ...hidden(32), dense(2)],
      optimizer: { adam: { lr: 0.003 } },
      batchSize: 32,
      epochs: 40,
    }),
  },
  sparseWords: {
    what: 'words of which some hardly ever occur: the weights of these never move',
    experiment: async () => ({
      data: await data.words(),
      preprocess: [],
      model: [...hidden(32), dense(2)],
      optimizer: { adam: { lr: 0.002 } },
      batchSize: 32,
      epochs: 20,
    }),
  },
};

/** What Wellfit chooses where nothing is said: nobody should be troubled who takes it as it comes. */
const chosen: Record<string, { what: string; experiment: () => Promise<InMemory> }> = {
  defaultPenguins: {
    what: 'a table with all settings left out',
    experiment: async () => ({ data: await data.penguins(), ensemble: false }),
  },
  defaultWine: {
    what: 'a small table with all settings left out',
    experiment: async () => ({ data: await data.wine(), ensemble: false }),
  },
  defaultTitanic: {
    what: 'a hard table with all settings left out',
    experiment: async () => ({ data: await data.titanic(), ensemble: false }),
  },
  defaultDigits: {
    what: 'images with all settings left out',
    experiment: async () => ({ data: await data.digits(), epochs: 20 }),
  },
  defaultIris: { what: 'few rows with all settings left out', experiment: async () => ({ data: await data.iris() }) },
  sigmoidNet: {
    what: 'a network of sigmoids that is not deep',
    experiment: async () => ({
      ...(await cleanExperiment('M0')),
      model: mlp({}, 'sigmoid'),
      optimizer: { adam: { lr: 0.003 } },
    }),
  },
};

const healthyCase = ([name, { what, experiment }]: [string, (typeof tricky)[string]]): Case => ({
  ...{ name, kind: 'healthy', base: name, what, expect: [] },
  experiment: async (seed) => seeded(await experiment(), seed),
});

/** Networks that are well: twelve plain ones, twelve that look ill to others, and what Wellfit chooses itself. */
export const healthy: readonly Case[] = [
  ...plain,
  ...Object.entries(tricky).map(healthyCase),
  ...Object.entries(chosen).map(healthyCase),
];
