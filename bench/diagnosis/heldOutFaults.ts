import { hashText, Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/index.ts';
import { cnn, dense, hidden, mlp } from './clean.ts';
import { refeatured, retargeted } from './data.ts';
import { constant, type Fault, normal } from './fault.ts';

const deep = (times: number, units: number, activation: string, init: unknown) =>
  Array.from({ length: times }, () => hidden(units, activation, { init })).flat();

/** Faults that no rule was written for and no threshold chosen on; what they should be called was declared before the doctor saw one. */
export const heldOutFaults: Readonly<Record<string, Fault>> = {
  fastRmsprop: {
    base: 'D0',
    what: 'RMSprop with the rate 0.3',
    expect: ['rateTooHigh', 'updateRatioTooHigh', 'notFinite', 'diverged'],
    change: () => ({ optimizer: { rmsprop: { lr: 0.3 } } }),
  },
  heavyMomentum: {
    base: 'W0',
    what: 'momentum of 0.999 with the rate 0.5',
    expect: ['rateTooHigh', 'updateRatioTooHigh', 'oscillation', 'notFinite', 'diverged'],
    change: () => ({ optimizer: { momentum: { lr: 0.5, momentum: 0.999 } }, earlyStopping: false }),
  },
  slowNadam: {
    base: 'A0',
    what: 'Nadam with the rate 1e-5, in a regression',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { nadam: { lr: 1e-5 } } }),
  },
  hugeEpsilon: {
    base: 'D0',
    what: 'Adam with an epsilon of 100, which divides every step',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { adam: { lr: 0.003, epsilon: 100 } } }),
  },
  distantAnswer: {
    base: 'A0',
    what: 'the bias of the last layer begins at 100 for numbers around 0',
    expect: ['initialScaleTooLarge', 'fallingSlowly', 'updateRatioTooLow', 'unscaledTarget'],
    layer: /^dense3/,
    change: () => ({ model: [...hidden(64), ...hidden(64), dense(1, { biasInit: constant(100) })] }),
  },
  deadConvolution: {
    base: 'D0',
    what: 'the biases of the first convolution begin at -20',
    expect: ['deadUnits'],
    layer: /^(conv2d|relu)1/,
    change: () => ({ model: cnn({ biasInit: constant(-20) }) }),
  },
  wideUniform: {
    base: 'D0',
    what: 'weights that begin between -3 and 3, also those of the last layer',
    expect: ['initialScaleTooLarge', 'explodingActivations'],
    change: () => {
      const init = { uniform: { low: -3, high: 3 } };
      return { model: [...cnn({ init }, { init }).slice(0, -1), dense(10, { init })] };
    },
  },
  equalConvolution: {
    base: 'D0',
    what: 'all weights begin at 0.05, in convolutions',
    expect: ['symmetricUnits'],
    layer: /^(conv2d|relu|dense)/,
    change: () => {
      const init = constant(0.05);
      return { model: [...cnn({ init }, { init }).slice(0, -1), dense(10, { init })] };
    },
  },
  faintTanh: {
    base: 'S0',
    what: 'ten tanh layers whose weights begin with deviation 0.02',
    expect: ['initialScaleTooSmall', 'vanishingGradient', 'lateStart'],
    change: () => ({ model: [...deep(10, 32, 'tanh', normal(0.02)), dense(3)], epochs: 30 }),
  },
  loudRelu: {
    base: 'F0',
    what: 'eight ReLU layers whose weights begin with deviation 0.6',
    expect: ['initialScaleTooLarge', 'explodingActivations', 'explodingGradient', 'notFinite'],
    change: () => ({
      model: ['flatten', ...deep(8, 64, 'relu', normal(0.6)), dense(10)],
      optimizer: { sgd: { lr: 0.01 } },
    }),
  },
  hardSaturation: {
    base: 'M0',
    what: 'weights of deviation 2 before hard sigmoids',
    expect: ['saturation', 'initialScaleTooLarge'],
    layer: /^(dense|hardSigmoid)/,
    change: () => ({ model: mlp({ init: normal(2) }, 'hardSigmoid') }),
  },
  rawTable: {
    base: 'W0',
    what: 'cells measured in their own units, up to 4,254',
    expect: ['unscaledInput', 'rateTooHigh'],
    change: () => ({ preprocess: [] }),
  },
  outlyingRow: {
    base: 'I0',
    what: 'four lengths of one flower in ten are a million times too large',
    expect: ['unscaledInput', 'outliers', 'constantInput'],
    change: ({ data }) => ({ data: refeatured(data, (x, _, row) => (row % 10 === 3 ? 1e6 * x : x)) }),
  },
  sameNumbers: {
    base: 'W0',
    what: 'the features of every row are the same',
    expect: ['constantInput', 'unscaledInput', 'lossFlat'],
    beyondRepair: 'the features are lost',
    change: ({ data }) => ({ data: refeatured(data, () => 1), preprocess: [] }),
  },
  tinyTarget: {
    base: 'A0',
    what: 'the target divided by a hundred thousand and taken as it is',
    expect: ['unscaledTarget'],
    change: ({ data }) => ({ data: retargeted(data, (y) => y / 1e5), target: 'raw' }),
  },
  tanhForMiles: {
    base: 'A0',
    what: 'tanh answers for miles per gallon',
    expect: ['outputRange', 'saturation', 'unscaledTarget'],
    layer: /^(tanh1|dense3)/,
    change: () => ({ target: 'raw', model: [...hidden(64), ...hidden(64), dense(1), 'tanh'] }),
  },
  otherCars: {
    base: 'A0',
    what: 'every car has the consumption of another one',
    expect: ['validationAtChance', 'overfitting', 'lossFlat'],
    beyondRepair: 'the targets say nothing of the rows',
    change({ data }) {
      const order = new Random(hashText('cars')).shuffle(Int32Array.from({ length: data.rows }, (_, row) => row));
      return { data: retargeted(data, (_, row) => data.targets.data[order[row]]) };
    },
  },
  rareCells: {
    base: 'C0',
    what: 'four rows in a hundred are of the inner circle',
    expect: ['imbalance'],
    beyondRepair: 'one class has too few rows to be learned or measured',
    change: ({ data }) => ({ data: thinned(data), metric: 'balancedAccuracy' }),
  },
  strongL2OfTanh: {
    base: 'S0',
    what: 'L2 with the strength 0.3',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { l2: 0.3 }, epochs: 40 }),
  },
  shortWeights: {
    base: 'M0',
    what: 'no unit may have weights longer than 0.01',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { maxNorm: 0.01 } }),
  },
  clippedValues: {
    base: 'W0',
    what: 'every number of the gradient is clipped at 1e-6',
    expect: ['clippingDominates', 'fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ clip: { value: 1e-6 }, earlyStopping: false }),
  },
  droppedChannels: {
    base: 'D0',
    what: 'whole channels are dropped, nine in ten, twice',
    expect: ['dropoutTooHigh'],
    layer: /^spatialDropout/,
    change: () => {
      const drop = { spatialDropout: { rate: 0.9 } };
      return { model: [...cnn().slice(0, 3), drop, ...cnn().slice(3, 6), drop, 'flatten', dense(10)] };
    },
  },
  noiseInside: {
    base: 'W0',
    what: 'normal noise of deviation 300 inside of the network',
    expect: ['noiseTooStrong', 'dropoutTooHigh'],
    layer: /^gaussianNoise/,
    change: () => ({ model: [...hidden(32), { gaussianNoise: { std: 300 } }, ...hidden(16), dense(2)] }),
  },
  suddenRate: {
    base: 'D0',
    what: 'the rate a thousand times as high after five epochs',
    expect: ['scheduleHurts', 'rateTooHigh'],
    change: () => ({ schedule: { multiStep: { at: [5], factor: 1000 } } }),
  },
  suddenStop: {
    base: 'F0',
    what: 'the rate a ten thousandth from the first epoch on',
    expect: ['scheduleHurts', 'fallingSlowly'],
    change: () => ({ schedule: { multiStep: { at: [0.2], factor: 1e-4 } }, earlyStopping: false }),
  },
  narrowTanh: {
    base: 'S0',
    what: 'one unit between two wide layers',
    expect: ['bottleneck', 'underfitting'],
    layer: /^(dense|tanh)2/,
    change: () => ({
      model: [...hidden(64, 'tanh'), ...hidden(1, 'tanh'), ...hidden(64, 'tanh'), dense(3)],
      epochs: 40,
    }),
  },
  linearInDisguise: {
    base: 'S0',
    what: 'layers whose activation is "linear"',
    expect: ['noActivation', 'underfitting'],
    layer: /^(dense|linear)/,
    change: () => ({ model: [...hidden(64, 'linear'), ...hidden(64, 'linear'), dense(3)], epochs: 40 }),
  },
  oneBatchOfCars: {
    base: 'A0',
    what: 'all cars in one batch, with plain gradient descent at 0.001',
    expect: ['fallingSlowly', 'batchTooLarge'],
    change: () => ({ batchSize: 314, optimizer: { sgd: { lr: 0.001 } } }),
  },
};

/** All rows of the first class, and four in a hundred of the second. */
function thinned(data: Dataset): Dataset {
  const labels = data.targets.data;
  const rows = Array.from({ length: data.rows }, (_, row) => row).filter((row) => labels[row] === 0 || row % 50 === 1);
  const [width] = data.shape;
  const cells = (row: number) => Array.from(data.features.subarray(row * width, (row + 1) * width));
  return fromArrays({
    name: 'thinned circles',
    features: rows.map(cells),
    targets: Int32Array.from(rows, (row) => labels[row]),
  });
}
