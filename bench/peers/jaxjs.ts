// jax-js on its WebAssembly backend as a peer: node jaxjs.ts --step <name> --threads <n>
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { blockUntilReady, defaultDevice, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
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

// Every function owns its arguments: it uses each array once, or asks for another reference with .ref.
type Weights = { kernel?: np.Array; bias?: np.Array };
type Moments = { first: Weights[]; second: Weights[]; powers: np.Array[] };
type Update = (weights: Weights[], gradient: Weights[], moments: Moments) => [Weights[], Moments];

async function start(): Promise<Trainer> {
  // --threads changes nothing: the library starts threads only where a global Worker exists, as in browsers.
  const { values } = parseArgs({
    options: { step: { type: 'string', default: '' }, threads: { type: 'string', default: '1' } },
  });
  const step = findPlainStep(values.step);
  if (step.model.some((layer) => layer.type === 'batchnorm')) {
    throw new Unsupported('batch normalisation is not written for jax-js');
  }
  defaultDevice('wasm');
  const inputs = np.array(randomInputs(step)).reshape([step.rows, ...step.shape]);
  const labels = np.array(randomLabels(step));
  const batches = randomBatches(step).map((rows) => np.array(rows));
  const update = makeUpdate(step.optimizer);

  function loss(weights: Weights[], x: np.Array, y: np.Array): np.Array {
    const logits = step.model.reduce((value, layer, i) => forward(layer, weights[i], value), x);
    return nn
      .logSoftmax(logits)
      .mul(nn.oneHot(y, step.classes))
      .sum()
      .mul(-1 / step.batch);
  }

  // One compiled function for the whole step, batch included, is the fastest arrangement.
  const train = jit((weights: Weights[], moments: Moments, inputs: np.Array, labels: np.Array, rows: np.Array) => {
    let x = np.take(inputs, rows.ref, 0);
    if (step.data === 'uint8') x = x.mul(1 / 255);
    const y = np.take(labels, rows, 0);
    const [value, gradient] = valueAndGrad(loss)(tree.ref(weights), x, y);
    return [value, ...update(weights, gradient, moments)] as [np.Array, Weights[], Moments];
  });

  let weights = makeWeights(step);
  let moments = makeMoments(weights, step.optimizer);
  const parameters = tree.leaves(weights).reduce((sum, each) => sum + each.size, 0);
  let done = 0;
  let last = Number.NaN;
  return {
    peer: 'jaxjs',
    version: packageVersion('@jax-js/jax'),
    parameters,
    threads: 1,
    step() {
      const rows = batches[done++ % batches.length];
      const [value, ...next] = train(weights, moments, inputs.ref, labels.ref, rows.ref);
      [weights, moments] = next;
      // Arrays are lazy: reading the loss makes the whole step happen, faster than an asynchronous wait.
      last = value.item();
    },
    async loss() {
      await blockUntilReady(weights);
      return last;
    },
  };
}

function forward(layer: Layer, weights: Weights, x: np.Array): np.Array {
  switch (layer.type) {
    case 'dense':
      return np.dot(x, weights.kernel!).add(weights.bias!);
    case 'conv': {
      const y = lax.convGeneralDilated(x, weights.kernel!, [1, 1], 'SAME');
      return weights.bias ? y.add(weights.bias) : y;
    }
    case 'maxpool':
      return lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    case 'flatten':
      return x.reshape([x.shape[0], -1]);
    case 'relu':
      return nn.relu(x);
    default:
      throw new Unsupported(`${layer.type} is not written for jax-js`);
  }
}

function makeWeights(step: Step): Weights[] {
  let shape = step.shape;
  const kernel = (size: number[], fanIn: number) => np.array(randomWeights(size, fanIn)).reshape(size);
  return step.model.map((layer): Weights => {
    const [channels] = shape;
    switch (layer.type) {
      case 'dense':
        shape = [layer.units];
        return { kernel: kernel([channels, layer.units], channels), bias: np.zeros([layer.units]) };
      case 'conv': {
        shape = [layer.filters, shape[1], shape[2]];
        const weights: Weights = { kernel: kernel([layer.filters, channels, 3, 3], 9 * channels) };
        if (layer.bias) weights.bias = np.zeros([layer.filters, 1, 1]);
        return weights;
      }
      case 'maxpool':
        shape = [channels, shape[1] / 2, shape[2] / 2];
        return {};
      case 'flatten':
        shape = [channels * shape[1] * shape[2]];
        return {};
      default:
        return {};
    }
  });
}

function makeMoments(weights: Weights[], settings: Optimizer): Moments {
  const zeros = () => tree.map((each: np.Array) => np.zerosLike(each), tree.ref(weights)) as Weights[];
  if (settings.type === 'sgd') return { first: zeros(), second: [], powers: [] };
  return { first: zeros(), second: zeros(), powers: [np.array(1), np.array(1)] };
}

/** Written by hand: the registry has no @jax-js/optax. */
function makeUpdate(settings: Optimizer): Update {
  if (settings.type === 'sgd') {
    return (weights, gradient, { first, second, powers }) => {
      const velocity = map((v, g) => v.mul(settings.momentum).add(g), first, gradient);
      const next = map((w, v) => w.sub(v.mul(settings.learningRate)), weights, tree.ref(velocity));
      return [next, { first: velocity, second, powers }];
    };
  }
  return (weights, gradient, moments) => {
    const first = map((m, g) => m.mul(0.9).add(g.mul(0.1)), moments.first, tree.ref(gradient));
    const second = map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), moments.second, gradient);
    const power1 = moments.powers[0].mul(0.9);
    const power2 = moments.powers[1].mul(0.999);
    const rate = np.divide(settings.learningRate, np.subtract(1, power1.ref));
    const correction = np.sqrt(np.subtract(1, power2.ref));
    const change = map(
      (m, v) => m.mul(rate.ref).div(np.sqrt(v).div(correction.ref).add(1e-8)),
      tree.ref(first),
      tree.ref(second),
    );
    tree.dispose([rate, correction]);
    return [map((w, d) => w.sub(d), weights, change), { first, second, powers: [power1, power2] }];
  };
}

function map(combine: (a: np.Array, b: np.Array) => np.Array, a: Weights[], b: Weights[]): Weights[] {
  return tree.map(combine, a, b) as Weights[];
}

function packageVersion(name: string): string {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

await serve(start);
