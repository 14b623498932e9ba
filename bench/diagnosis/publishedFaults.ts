import { cnn, dense, hidden, mlp } from './clean.ts';
import { data, permuted, refeatured, retargeted } from './data.ts';
import { constant, type Fault, normal } from './fault.ts';

const repeat = <T>(times: number, layers: readonly T[]): T[] => Array.from({ length: times }, () => layers).flat();

/** Kinds that other suites hold, one change each: TheDeepChecker, AutoTrainer, DeepCrime, Humbatova's 22, DeepLocalize, UMLAUT, WhyDidItFail. */
export const publishedFaults: Readonly<Record<string, Fault>> = {
  zeroWeights: {
    base: 'M0',
    what: 'all weights begin at 0',
    expect: ['symmetricUnits', 'initialScaleTooSmall'],
    layer: /^dense/,
    change: () => ({ model: mlp({ init: 'zeros' }) }),
  },
  zeroFirstLayer: {
    base: 'M1',
    what: 'the weights of the first convolution begin at 0',
    expect: ['symmetricUnits', 'initialScaleTooSmall', 'deadUnits'],
    layer: /1$/,
    change: () => ({ model: cnn({ init: 'zeros' }) }),
  },
  constantWeights: {
    base: 'M0',
    what: 'all weights begin at 0.01',
    expect: ['symmetricUnits', 'initialScaleTooSmall'],
    layer: /^(dense|relu)[12]/,
    change: () => ({ model: mlp({ init: constant(0.01) }) }),
  },
  onesInConvolution: {
    base: 'M1',
    what: 'the weights of the second convolution begin at 1',
    expect: ['symmetricUnits', 'initialScaleTooLarge', 'explodingActivations'],
    layer: /^(conv2d2|relu2)/,
    change: () => ({ model: cnn({}, { init: 'ones' }) }),
  },
  unitNormalWeights: {
    base: 'M0',
    what: '784-300-300-10 whose weights begin with deviation 1',
    expect: ['initialScaleTooLarge', 'explodingActivations'],
    layer: /dense|relu/,
    change: () => ({
      model: ['flatten', ...repeat(2, hidden(300, 'relu', { init: normal(1) })), dense(10, { init: normal(1) })],
      optimizer: { adam: { lr: 0.003 } },
      epochs: 8,
    }),
  },
  deepSigmoid: {
    base: 'C0',
    what: 'ten layers of five sigmoids',
    expect: ['vanishingGradient', 'initialScaleTooSmall'],
    change: () => ({ model: [...repeat(10, hidden(5, 'sigmoid', { init: 'he' })), dense(1)] }),
  },
  deepExponential: {
    base: 'C0',
    what: 'eight layers of five exponentials',
    expect: ['explodingActivations', 'explodingGradient', 'initialScaleTooLarge', 'notFinite'],
    change: () => ({ model: [...repeat(8, hidden(5, 'exponential', { init: 'he' })), dense(1)] }),
  },
  deadBiases: {
    base: 'M0',
    what: 'all hidden biases begin at -5',
    expect: ['deadUnits'],
    layer: /^(dense|relu)[12]/,
    change: () => ({
      model: [
        'flatten',
        ...hidden(128, 'relu', { biasInit: constant(-5) }),
        ...hidden(64, 'relu', { biasInit: constant(-5) }),
        dense(10),
      ],
    }),
  },
  rateOfTen: {
    base: 'M0',
    what: 'gradient descent with the rate 10',
    expect: ['rateTooHigh', 'updateRatioTooHigh', 'notFinite', 'diverged'],
    change: () => ({ optimizer: { sgd: { lr: 10 } } }),
  },
  rateOfOne: {
    base: 'C0',
    what: 'Adam with the rate 1',
    expect: ['rateTooHigh', 'updateRatioTooHigh'],
    change: () => ({ optimizer: { adam: { lr: 1 } } }),
  },
  rateOfOneOnImages: {
    base: 'M0',
    what: 'Adam with the rate 1, on images',
    expect: ['rateTooHigh', 'updateRatioTooHigh'],
    change: () => ({ optimizer: { adam: { lr: 1 } } }),
  },
  rateAndEpsilon: {
    base: 'M0',
    what: 'Adam with the rate 0.1 and an epsilon of 1e-16',
    expect: ['rateTooHigh', 'updateRatioTooHigh'],
    change: () => ({ optimizer: { adam: { lr: 0.1, epsilon: 1e-16 } } }),
  },
  rateOfAMillionth: {
    base: 'M0',
    what: 'Adam with the rate 1e-6',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { adam: { lr: 1e-6 } } }),
  },
  slowDescent: {
    base: 'M0',
    what: 'gradient descent with the rate 0.001',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { sgd: { lr: 0.001 } } }),
  },
  slowAdadelta: {
    base: 'M1',
    what: 'Adadelta with the rate 0.001 in place of 1',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { adadelta: { lr: 0.001 } } }),
  },
  rateGrows: {
    base: 'M0',
    what: 'the rate times ten after every five epochs',
    expect: ['scheduleHurts', 'rateTooHigh'],
    change: () => ({ schedule: { step: { every: 4, factor: 10 } } }),
  },
  rawPixels: {
    base: 'M0',
    what: 'pixels from 0 to 255, and gradient descent with the rate 0.1',
    expect: ['unscaledInput', 'rateTooHigh'],
    change: () => ({ preprocess: [], optimizer: { sgd: { lr: 0.1 } } }),
  },
  scaledTwice: {
    base: 'M0',
    what: 'pixels that were divided by 255 are divided by 255 again',
    expect: ['unscaledInput', 'fallingSlowly'],
    change: ({ data }) => ({
      data: refeatured(data, (x) => x / 255),
      preprocess: ['rescale'],
      optimizer: { sgd: { lr: 0.1 } },
    }),
  },
  rawLinear: {
    base: 'A0',
    what: 'a linear model of columns in their units, with the rate 0.5',
    expect: ['unscaledInput', 'rateTooHigh', 'notFinite', 'diverged'],
    change: () => ({ preprocess: [], model: [dense(1)], optimizer: { sgd: { lr: 0.5 } } }),
  },
  thousandfoldTarget: {
    base: 'A0',
    what: 'the target a thousand times as large and taken as it is',
    expect: ['unscaledTarget', 'fallingSlowly'],
    change: async () => ({ data: retargeted(await data.cars(), (y) => 1000 * y), target: 'raw' }),
  },
  tenfoldTarget: {
    base: 'A0',
    what: 'the target ten times as large and taken as it is',
    expect: ['unscaledTarget', 'fallingSlowly'],
    change: async () => ({ data: retargeted(await data.cars(), (y) => 10 * y), target: 'raw' }),
  },
  shuffledLabels: {
    base: 'M0',
    what: 'every row has the label of another one',
    expect: ['validationAtChance', 'overfitting'],
    change: ({ data }) => ({ data: permuted(data) }),
  },
  shuffledLabelsOfATable: {
    base: 'W0',
    what: 'every row of a table has the label of another one',
    expect: ['validationAtChance', 'overfitting', 'lossFlat'],
    change: ({ data }) => ({ data: permuted(data) }),
  },
  rareClasses: {
    base: 'B0',
    what: '95 rows of one class for five of the two others',
    expect: ['imbalance'],
    change: async () => ({ data: await data.rareBlobs(), metric: 'balancedAccuracy' }),
  },
  sigmoidOutput: {
    base: 'A0',
    what: 'a sigmoid answers for numbers of mean 0 and deviation 1',
    expect: ['outputRange', 'saturation'],
    layer: /^sigmoid1|dense3/,
    change: () => ({ model: [...hidden(64), ...hidden(64), dense(1), 'sigmoid'] }),
  },
  strongL2: {
    base: 'M1',
    what: 'L2 with the strength 0.5',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { l2: 0.5 } }),
  },
  strongL1: {
    base: 'M0',
    what: 'L1 with the strength 0.05',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { l1: 0.05 } }),
  },
  fewRows: {
    base: 'M1',
    what: 'a hundred images, and a hundred epochs',
    expect: ['overfitting', 'tooFewRows'],
    change: () => ({ limit: { train: 100, validation: 300 }, epochs: 80 }),
  },
  noActivation: {
    base: 'S0',
    what: 'three layers and nothing between them',
    expect: ['noActivation', 'underfitting'],
    layer: /^dense/,
    change: () => ({ model: [dense(64), dense(64), dense(3)] }),
  },
  wholeBatch: {
    base: 'M0',
    what: 'all rows in one batch',
    expect: ['batchTooLarge', 'fallingSlowly'],
    change: () => ({ batchSize: 2000 }),
  },
  oneEpoch: {
    base: 'M0',
    what: 'a single epoch with plain gradient descent at 0.02',
    expect: ['fallingSlowly', 'batchTooLarge'],
    change: () => ({ epochs: 1, optimizer: { sgd: { lr: 0.02 } } }),
  },
  tooFewUnits: {
    base: 'C0',
    what: 'two sigmoids for two circles',
    expect: ['underfitting', 'bottleneck'],
    change: () => ({ model: [...hidden(2, 'sigmoid'), dense(1)] }),
  },
  dropoutOnRawPixels: {
    base: 'M1',
    what: 'dropout of 0.9 on pixels from 0 to 255',
    expect: ['unscaledInput', 'dropoutTooHigh'],
    change: () => ({ preprocess: [], model: [...cnn().slice(0, -1), { dropout: { rate: 0.9 } }, dense(10)] }),
  },
};
