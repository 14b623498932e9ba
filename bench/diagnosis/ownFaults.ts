import { split } from '../../src/data/index.ts';
import { modelFile, onnxRuntimeEngine, train } from '../../src/index.ts';
import { cleanExperiment, dense, hidden, mlp } from './clean.ts';
import { data, permuted, refeatured, retargeted } from './data.ts';
import { constant, type Fault, normal } from './fault.ts';

/** A network of random weights, as if it had been trained. */
async function untrained(): Promise<Uint8Array> {
  const run = await train(
    {
      ...(await cleanExperiment('M0')),
      model: ['flatten', ...hidden(16, 'tanh', { init: normal(0.5) }), dense(10)],
      optimizer: { sgd: { lr: 1e-12 } },
      epochs: 1,
      split: { validation: 0.1, test: 0 },
    },
    { engine: onnxRuntimeEngine({ threads: 1 }), watch: false },
  );
  return modelFile(run);
}

let random: Promise<Uint8Array> | undefined;

/** Kinds of this project: other causes, or the same ones in other networks, data and optimizers. */
export const ownFaults: Readonly<Record<string, Fault>> = {
  onesEverywhere: {
    base: 'B0',
    what: 'all weights begin at 1, in a small network',
    expect: ['symmetricUnits', 'initialScaleTooLarge'],
    layer: /^(dense|relu)1/,
    change: () => ({
      model: [...[32, 32].flatMap((units) => hidden(units, 'relu', { init: 'ones' })), dense(3, { init: 'ones' })],
    }),
  },
  saturatedTanh: {
    base: 'M0',
    what: 'weights of deviation 1 before tanh',
    expect: ['saturation', 'initialScaleTooLarge'],
    layer: /^(dense|tanh)/,
    change: () => ({ model: mlp({ init: normal(1) }, 'tanh') }),
  },
  tinyWeights: {
    base: 'M0',
    what: 'five sigmoid layers whose weights begin with deviation 0.01',
    expect: ['initialScaleTooSmall', 'vanishingGradient', 'lateStart'],
    change: () => ({
      model: [
        'flatten',
        ...[64, 64, 64, 64].flatMap((units) => hidden(units, 'sigmoid', { init: normal(0.01) })),
        dense(10),
      ],
    }),
  },
  tinyWeightsDeepRelu: {
    base: 'F0',
    what: 'six ReLU layers whose weights begin with deviation 0.01',
    expect: ['initialScaleTooSmall', 'vanishingGradient', 'lateStart'],
    change: () => ({
      model: [
        'flatten',
        ...[64, 64, 64, 64, 64, 64].flatMap((units) => hidden(units, 'relu', { init: normal(0.01) })),
        dense(10),
      ],
      optimizer: { sgd: { lr: 0.1 } },
    }),
  },
  rateOfATenth: {
    base: 'M0',
    what: 'Adam with the rate 0.1',
    expect: ['rateTooHigh', 'updateRatioTooHigh'],
    change: () => ({ optimizer: { adam: { lr: 0.1 } } }),
  },
  rateOfThree: {
    base: 'F0',
    what: 'momentum with the rate 3',
    expect: ['rateTooHigh', 'updateRatioTooHigh', 'notFinite', 'diverged'],
    change: () => ({ optimizer: { momentum: { lr: 3 } }, earlyStopping: false }),
  },
  rateOfTheRegression: {
    base: 'A0',
    what: 'momentum with the rate 0.5 in a regression',
    expect: ['rateTooHigh', 'updateRatioTooHigh', 'notFinite', 'diverged'],
    change: () => ({ optimizer: { momentum: { lr: 0.5 } } }),
  },
  slowMomentum: {
    base: 'W0',
    what: 'momentum with the rate 1e-5',
    expect: ['fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ optimizer: { momentum: { lr: 1e-5 } }, earlyStopping: false }),
  },
  tightClip: {
    base: 'M0',
    what: 'the gradient is clipped to a length of 1e-4',
    expect: ['clippingDominates', 'fallingSlowly', 'updateRatioTooLow'],
    change: () => ({ clip: { norm: 1e-4 }, optimizer: { sgd: { lr: 0.1 } } }),
  },
  hugeDropout: {
    base: 'M0',
    what: 'dropout of 0.95 after both hidden layers',
    expect: ['dropoutTooHigh'],
    layer: /^dropout/,
    change: () => ({
      model: [
        'flatten',
        ...hidden(128),
        { dropout: { rate: 0.95 } },
        ...hidden(64),
        { dropout: { rate: 0.95 } },
        dense(10),
      ],
    }),
  },
  drownedInNoise: {
    base: 'M0',
    what: 'normal noise of deviation 10 on the pixels',
    expect: ['dropoutTooHigh', 'noiseTooStrong', 'underfitting'],
    layer: /^gaussianNoise/,
    change: () => ({ model: [{ gaussianNoise: { std: 10 } }, ...mlp()] }),
  },
  strongDecay: {
    base: 'M0',
    what: 'weight decay of 100 beside Adam',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { weightDecay: 100 } }),
  },
  strongL2OfATable: {
    base: 'A0',
    what: 'L2 with the strength 2 in a regression',
    expect: ['regularizationDominates'],
    change: () => ({ regularize: { l2: 2 } }),
  },
  reluOutput: {
    base: 'A0',
    what: 'a ReLU answers for numbers of mean 0 and deviation 1',
    expect: ['outputRange', 'deadUnits'],
    layer: /^(relu|dense)3/,
    change: () => ({ model: [...hidden(64), ...hidden(64), dense(1), 'relu'] }),
  },
  squashedLogits: {
    base: 'M0',
    what: 'the logits pass through a sigmoid first',
    expect: ['outputRange', 'saturation', 'underfitting'],
    layer: /^(sigmoid1|linear1|dense3)/,
    change: () => ({ model: [...mlp(), 'sigmoid', 'linear'] }),
  },
  oneUnitWide: {
    base: 'M0',
    what: 'the second hidden layer has one unit',
    expect: ['bottleneck', 'underfitting', 'deadUnits'],
    layer: /^(dense|relu)2/,
    change: () => ({ model: ['flatten', ...hidden(128), ...hidden(1), dense(10)] }),
  },
  pooledAway: {
    base: 'M1',
    what: 'pooling leaves one pixel before the network has looked',
    expect: ['bottleneck', 'underfitting'],
    change: () => ({
      model: [{ averagePool: { size: 28 } }, { conv2d: { filters: 8, kernel: 1 } }, 'relu', 'flatten', dense(10)],
    }),
  },
  mixedScales: {
    base: 'W0',
    what: 'columns from 1e-4 to 1e4 taken as they are',
    expect: ['unscaledInput'],
    change: async () => ({
      data: refeatured(await data.cancer(), (x, column) => x * 10 ** ((column % 9) - 4)),
      preprocess: [],
    }),
  },
  lostPixels: {
    base: 'M0',
    what: 'pixels were divided by 255 as whole numbers, and again',
    expect: ['unscaledInput', 'constantInput', 'lossFlat', 'fallingSlowly'],
    beyondRepair: 'nearly all of the pixels are lost',
    change: ({ data }) => ({ data: refeatured(data, (x) => Math.floor(x / 255)), preprocess: ['rescale'] }),
  },
  farFromZero: {
    base: 'I0',
    what: 'lengths counted from a far place: 1000 added to all of them',
    expect: ['unscaledInput'],
    change: ({ data }) => ({ data: refeatured(data, (x) => x + 1000), preprocess: [] }),
  },
  outlierInTarget: {
    base: 'A0',
    what: 'five of the targets are written with a comma too far: a thousand times as large',
    expect: ['unscaledTarget', 'outliers', 'spikes'],
    beyondRepair: 'the wrong numbers also stand in the validation rows',
    change: ({ data }) => ({ data: retargeted(data, (y, row) => (row % 78 === 5 ? 1000 * y : y)) }),
  },
  tooManyEpochs: {
    base: 'C0',
    what: 'a wide network learns a hundred points by heart, for three hundred epochs',
    expect: ['overfitting', 'tooFewRows'],
    beyondRepair: 'a hundred rows are too few',
    change: () => ({
      limit: { train: 100, validation: 300 },
      model: [...hidden(128), ...hidden(128), dense(1)],
      epochs: 300,
    }),
  },
  halfWrongLabels: {
    base: 'M0',
    what: 'six of ten training labels are those of other rows',
    expect: ['overfitting', 'labelNoise', 'validationAtChance'],
    beyondRepair: 'most of the labels are wrong',
    change: ({ data }, seed) => {
      const drawn = { validation: 0.2, test: 0, seed, stratify: false };
      return { data: permuted(data, 0.6, split(data, drawn).train), split: drawn, epochs: 30 };
    },
  },
  hugeWarmup: {
    base: 'M0',
    what: 'a warm-up of ten thousand updates for a run of 480',
    expect: ['scheduleHurts', 'fallingSlowly'],
    change: () => ({ schedule: { constant: { warmup: 10_000 } } }),
  },
  endlessWarmup: {
    base: 'M0',
    what: 'the rate of plain gradient descent rises for all of the run, from nothing to 0.01',
    expect: ['scheduleHurts', 'fallingSlowly'],
    change: () => ({ schedule: { constant: { warmup: 479 } }, optimizer: { sgd: { lr: 0.01 } } }),
  },
  rateFallsAway: {
    base: 'M0',
    what: 'the rate is a tenth after every epoch',
    expect: ['scheduleHurts', 'fallingSlowly'],
    change: () => ({ schedule: { exponential: { factor: 0.1 } }, optimizer: { sgd: { lr: 0.05 } } }),
  },
  stoppedTooEarly: {
    base: 'M0',
    what: 'early stopping waits for one epoch and asks for half a nat',
    expect: ['stoppedTooEarly', 'fallingSlowly'],
    change: () => ({
      earlyStopping: { patience: 1, minDelta: 0.5 },
      optimizer: { sgd: { lr: 0.05 } },
    }),
  },
  normalizedPairs: {
    base: 'W0',
    what: 'batch normalization over batches of two rows',
    expect: ['batchStatistics', 'noisyBatches'],
    layer: /^batchNorm/,
    change: () => ({
      model: [dense(32), 'batchNorm', 'relu', dense(16), 'batchNorm', 'relu', dense(2)],
      batchSize: 2,
      epochs: 6,
    }),
  },
  deadTanhBiases: {
    base: 'S0',
    what: 'the biases before the first tanh begin at 15',
    expect: ['saturation', 'initialScaleTooLarge'],
    layer: /^(dense|tanh)1/,
    change: () => ({ model: [...hidden(64, 'tanh', { biasInit: constant(15) }), ...hidden(64, 'tanh'), dense(3)] }),
  },
  frozenRandom: {
    base: 'M0',
    what: 'the frozen part of the network was never trained',
    expect: ['layerNotTraining', 'underfitting', 'saturation', 'bottleneck'],
    async change() {
      const bytes = await (random ??= untrained());
      return {
        preprocess: undefined,
        model: [dense(10)],
        from: { model: 'random.onnx', bytes, head: 'replace', freeze: true },
      };
    },
  },
  turnedUpsideDown: {
    base: 'M0',
    what: 'digits are turned by up to 180 degrees and moved by up to half',
    expect: ['augmentTooStrong', 'underfitting'],
    change: () => ({ augment: [{ rotation: 180 }, { shift: 0.5 }] }),
  },
  mixedUpRows: {
    base: 'C0',
    what: 'features and labels were joined in different orders',
    expect: ['validationAtChance', 'lossFlat', 'underfitting', 'overfitting'],
    beyondRepair: 'the labels say nothing of the rows',
    change: ({ data }) => ({ data: permuted(data) }),
  },
};
