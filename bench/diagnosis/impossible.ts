// Faults of other suites that Wellfit refuses or cannot be told to make: node bench/diagnosis/impossible.ts runs each and prints what a person reads.

import { fromArrays, onnxRuntimeEngine, train, WellfitError } from '../../src/index.ts';
import { type InMemory, seeded } from './case.ts';
import { type CleanName, cleanExperiment, cnn, dense, hidden, mlp } from './clean.ts';
import { data, refeatured, retargeted } from './data.ts';

interface Refused {
  readonly what: string;
  /** Where the fault is listed. */
  readonly of: string;
  readonly base: CleanName;
  change(clean: InMemory): Partial<InMemory> | Promise<Partial<InMemory>>;
}

/** Written down all the same, each of these ends in an error before the first update. */
export const refused: Readonly<Record<string, Refused>> = {
  doubleSoftmax: {
    what: 'softmax before cross-entropy of logits',
    of: 'TheDeepChecker redundant_softmax, suite 28',
    base: 'M0',
    change: () => ({ model: [...mlp(), 'softmax'] }),
  },
  sigmoidLogits: {
    what: 'sigmoid before cross-entropy of logits',
    of: 'DeepLocalize 51930566',
    base: 'M0',
    change: () => ({ model: [...mlp(), 'sigmoid'] }),
  },
  reluLogits: {
    what: 'ReLU on the logits',
    of: 'TheDeepChecker',
    base: 'M0',
    change: () => ({ model: [...mlp(), 'relu'] }),
  },
  softmaxOfOneUnit: {
    what: 'softmax over one unit',
    of: 'Humbatova D1, DeepLocalize 34311586, suite 30',
    base: 'C0',
    change: () => ({ loss: 'crossEntropy' }),
  },
  binaryLossForThreeClasses: {
    what: 'binary cross-entropy for three classes',
    of: 'AutoTrainer improper loss',
    base: 'B0',
    change: () => ({ loss: 'binaryCrossEntropy' }),
  },
  squaredErrorOfClasses: {
    what: 'squared error of class numbers',
    of: 'TheDeepChecker, Humbatova D4',
    base: 'M0',
    change: () => ({ loss: 'meanSquaredError' }),
  },
  crossEntropyOfNumbers: {
    what: 'cross-entropy of numbers',
    of: 'TheDeepChecker',
    base: 'A0',
    change: () => ({ loss: 'crossEntropy' }),
  },
  sumOfLosses: {
    what: 'the loss is a sum over the batch',
    of: 'TheDeepChecker, suite 34',
    base: 'M0',
    change: () => ({ loss: { crossEntropy: { reduction: 'sum' } } }),
  },
  broadcastTargets: {
    what: 'targets of another shape than the output, which other libraries broadcast',
    of: 'TheDeepChecker regression label shape',
    base: 'A0',
    change: () => ({ model: [...hidden(64), dense(392)] }),
  },
  negativeRate: {
    what: 'a negative learning rate',
    of: 'UMLAUT study program B, TheDeepChecker flipped_sign',
    base: 'M1',
    change: () => ({ optimizer: { adam: { lr: -1000 } } }),
  },
  momentumOfOne: {
    what: 'momentum of 1, which never ends',
    of: 'DeepCrime',
    base: 'M0',
    change: () => ({ optimizer: { momentum: { momentum: 1 } } }),
  },
  dropoutOfAll: {
    what: 'dropout of everything',
    of: 'DeepCrime',
    base: 'M0',
    change: () => ({ model: [{ dropout: { rate: 1 } }, ...mlp()] }),
  },
  batchBeyondRows: {
    what: 'a batch larger than the training set',
    of: 'DeepCrime batch size',
    base: 'I0',
    change: () => ({ batchSize: 1000 }),
  },
  missingNumbers: {
    what: 'NaN among the features',
    of: 'UMLAUT, DeepLocalize',
    base: 'I0',
    change: ({ data: iris }) => ({ data: refeatured(iris, (x, column, row) => (row === 7 && column === 2 ? NaN : x)) }),
  },
  dividedLabels: {
    what: 'labels divided by 255 with the pixels',
    of: 'Humbatova D9',
    base: 'I0',
    change: async () => {
      const { features, targets } = await data.iris();
      const labels = Array.from(targets.data, (label) => label / 255);
      return { data: fromArrays({ features: features as Float32Array, targets: labels, task: 'classification' }) };
    },
  },
  labelsFromOne: {
    what: 'labels that count from 1',
    of: 'common question',
    base: 'I0',
    change: ({ data: iris }) => ({ data: retargeted(iris, (label) => label + 1) }),
  },
  notFlattened: {
    what: 'a dense layer on pictures',
    of: 'NeuraLint missing flatten',
    base: 'M0',
    change: () => ({ model: mlp().slice(1) }),
  },
  pooledToNothing: {
    what: 'pooling windows larger than what is left',
    of: 'NeuraLint feature map below kernel',
    base: 'M1',
    change: () => ({ model: [...cnn().slice(0, -2), { maxPool: { size: 9 } }, 'flatten', dense(10)] }),
  },
  stoppingWithoutValidation: {
    what: 'early stopping without rows to validate on',
    of: 'DeepCrime remove validation',
    base: 'M0',
    change: () => ({ split: { validation: 0 }, earlyStopping: {} }),
  },
  logarithmOfNegatives: {
    what: 'a logarithm of negative numbers in the preprocessing',
    of: 'TheDeepChecker log(0) NaN',
    base: 'A0',
    change: ({ data: cars }) => ({ data: refeatured(cars, (x) => -x), preprocess: ['log1p'] }),
  },
};

/** What cannot be written at all, and why. */
export const unwritable: readonly (readonly [string, string])[] = [
  [
    'the sign of one gradient flipped (suite 36)',
    'gradients are derived from the operators; each is compared with finite differences',
  ],
  ['zero_grad omitted (suite 37)', 'one graph computes gradients afresh at every update'],
  ['a layer that is not registered (suite 38)', 'a parameter exists by being in the model; it is frozen only by name'],
  [
    'the same batch at every step (suite 26)',
    'the order of the rows is drawn by Wellfit for each epoch, and covers them all',
  ],
  ['softmax over the wrong axis', 'softmax belongs to the loss, over the classes'],
  [
    'evaluation in training mode, statistics of batch normalization not updated',
    'there is one graph for each, built from the same layers',
  ],
  ['preprocessing fitted on validation rows', 'it is fitted on the training rows only'],
  [
    'validation on training rows (UMLAUT study program B)',
    'the split is drawn without repetition; equal rows are reported',
  ],
  ['outputs that depend on other rows of the batch', 'no layer but batch normalization looks across rows'],
  ['overflow of float16', 'training is in float32'],
  ['recurrent and transformer faults', 'there are no such layers yet'],
];

/** The error that a person reads; an Error where there was none. */
export async function refusalOf(name: string): Promise<string> {
  const { base, change } = refused[name];
  try {
    const clean = await cleanExperiment(base);
    const asked = seeded({ ...clean, ...(await change(clean)) }, 0);
    await train(asked, { engine: onnxRuntimeEngine({ threads: 1 }), watch: false });
  } catch (error) {
    if (error instanceof WellfitError) return error.message;
    throw error;
  }
  throw new Error(`"${name}" was trained without a word`);
}

if (import.meta.main) {
  for (const [name, { what, of }] of Object.entries(refused)) {
    const words = await refusalOf(name).catch((error: unknown) => `NOT REFUSED: ${error}`);
    console.log(`## ${what} (${of})\n\n${words.replaceAll(/^/gm, '    ')}\n`);
  }
  console.log('## Cannot be written\n');
  for (const [what, why] of unwritable) console.log(`- ${what}: ${why}`);
}
