// TensorFlow.js as a peer: node tfjs.ts --step <name> --threads <n> --backend wasm|cpu [--tuned]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import {
  findPlainStep,
  type Layer,
  type Optimizer,
  randomBatches,
  randomInputs,
  randomLabels,
  randomWeights,
  type Step,
  serve,
  type Trainer,
  Unsupported,
} from './peer.ts';

type Apply = (x: tf.Tensor) => tf.Tensor;
type MatMul = (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;

async function start(): Promise<Trainer> {
  const { values } = parseArgs({
    options: {
      step: { type: 'string', default: '' },
      threads: { type: 'string', default: '1' },
      backend: { type: 'string', default: 'wasm' },
      tuned: { type: 'boolean', default: false },
    },
  });
  const step = findPlainStep(values.step);
  const convolutional = step.shape.length === 3;
  if (values.backend === 'wasm') {
    if (convolutional) throw new Unsupported('the wasm backend has no gradient of convolutions (Conv2DBackpropFilter)');
    wasm.setThreadsCount(Number(values.threads));
  }
  if (!(await tf.setBackend(values.backend))) throw new Error(`The backend "${values.backend}" does not start.`);

  const [channels, height, width] = step.shape;
  const rowShape = convolutional ? [height, width, channels] : step.shape;
  const inputs = tf.tensor(randomInputs(step), [step.rows, ...rowShape]);
  const labels = tf.tensor1d(randomLabels(step), 'int32');
  const batches = randomBatches(step).map((rows) => tf.tensor1d(rows, 'int32'));
  const { layers, weights } = makeModel(step, values.tuned ? tunedMatMul : tf.matMul);
  const optimizer = makeOptimizer(step.optimizer);
  let done = 0;
  let last: tf.Scalar | undefined;

  function train(): tf.Scalar {
    const rows = batches[done++ % batches.length];
    // Outside of minimize, whose tape would keep a copy of the whole data set for the gradient of gather.
    let x: tf.Tensor = inputs.gather(rows);
    if (step.data === 'uint8') x = x.mul(1 / 255);
    const y = tf.oneHot(labels.gather(rows), step.classes);
    const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(y, forward(x));
    return optimizer.minimize(loss, true, weights)!;
  }

  function forward(x: tf.Tensor): tf.Tensor {
    return layers.reduce((value, layer) => layer(value), x);
  }

  return {
    peer: `tfjs-${values.backend}${values.tuned ? '-tuned' : ''}`,
    version: tf.version.tfjs,
    parameters: weights.reduce((sum, each) => sum + each.size, 0),
    threads: values.backend === 'wasm' ? Math.max(1, wasm.getThreadsCount()) : 1,
    step() {
      last?.dispose();
      last = tf.tidy(train);
    },
    // Both backends work synchronously: what a step has not done by its end is never done.
    loss: async () => (await last!.data())[0],
  };
}

function makeModel(step: Step, matMul: MatMul): { layers: Apply[]; weights: tf.Variable[] } {
  const weights: tf.Variable[] = [];
  const weight = (shape: number[], fanIn: number) => {
    const variable = tf.variable(tf.tensor(randomWeights(shape, fanIn), shape));
    weights.push(variable);
    return variable;
  };
  const constant = (size: number, value: number, trainable = true) => {
    const variable = tf.variable(tf.fill<tf.Rank.R1>([size], value), trainable);
    if (trainable) weights.push(variable);
    return variable;
  };
  const shape = step.shape.slice();
  const makeLayer = (layer: Layer): Apply => {
    switch (layer.type) {
      case 'dense': {
        const kernel = weight([shape[0], layer.units], shape[0]);
        const bias = constant(layer.units, 0);
        shape[0] = layer.units;
        return (x) => matMul(x, kernel).add(bias);
      }
      case 'conv': {
        const kernel = weight([3, 3, shape[0], layer.filters], 9 * shape[0]) as tf.Variable<tf.Rank.R4>;
        const bias = layer.bias ? constant(layer.filters, 0) : undefined;
        shape[0] = layer.filters;
        return (x) => {
          const y = tf.conv2d(x as tf.Tensor4D, kernel, 1, 'same');
          return bias ? y.add(bias) : y;
        };
      }
      case 'batchnorm': {
        const gamma = constant(shape[0], 1);
        const beta = constant(shape[0], 0);
        return batchNorm(gamma, beta, constant(shape[0], 0, false), constant(shape[0], 1, false));
      }
      case 'maxpool':
        shape[1] >>= 1;
        shape[2] >>= 1;
        return (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid');
      case 'flatten':
        shape.splice(0, 3, shape[0] * shape[1] * shape[2]);
        return (x) => x.reshape([x.shape[0], -1]);
      case 'relu':
        return (x) => x.relu();
      case 'dropout':
        throw new Unsupported('not asked');
    }
  };
  return { layers: step.model.map(makeLayer), weights };
}

/** Transposes first: wasm multiplies transposed matrices, as the gradient of matMul does, several times slower. */
const tunedMatMul: MatMul = tf.customGrad((...given) => {
  const [x, kernel, save] = given as [tf.Tensor, tf.Tensor, (tensors: tf.Tensor[]) => void];
  save([x, kernel]);
  return {
    value: tf.matMul(x, kernel),
    gradFunc: (dy: tf.Tensor, [x, kernel]: tf.Tensor[]) => [dy.matMul(kernel.transpose()), x.transpose().matMul(dy)],
  };
});

type Vector = tf.Variable<tf.Rank.R1>;

function batchNorm(gamma: Vector, beta: Vector, runningMean: Vector, runningVariance: Vector): Apply {
  const follow = (running: Vector, now: tf.Tensor1D) => running.assign(running.mul(0.9).add(now.mul(0.1)));
  return (x) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    follow(runningMean, mean);
    follow(runningVariance, variance);
    return tf.batchNorm(x, mean, variance, beta, gamma, 1e-5);
  };
}

function makeOptimizer(settings: Optimizer): tf.Optimizer {
  if (settings.type === 'adam') return tf.train.adam(settings.learningRate, 0.9, 0.999, 1e-8);
  return tf.train.momentum(settings.learningRate, settings.momentum);
}

await serve(start);
