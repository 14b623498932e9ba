import { pick } from '../src/base/index.ts';
import { readAugment } from '../src/data/index.ts';
import { describeModel } from '../src/nn/index.ts';
import { regularizers } from '../src/optim/index.ts';
import type { Network } from '../src/train/index.ts';
import type { Layer, Step } from './peers/peer.ts';

/** The step's network as Wellfit describes it. */
export function networkOf(step: Step): Network {
  const adam = { lr: step.optimizer.learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  return {
    model: describeModel(step.model.map(layerOf), step.shape),
    preprocess: step.data === 'uint8' ? [{ kind: 'rescale', options: {}, fitted: {} }] : [],
    augment: step.augment && readAugment(step.augment, step.shape, step.data === 'uint8'),
    loss: { kind: 'crossEntropy', options: {} },
    metric: { kind: 'accuracy', options: {} },
    averaged: false,
    optimizer:
      step.optimizer.type === 'adam'
        ? { kind: 'adam', options: adam }
        : { kind: 'momentum', options: { lr: adam.lr, momentum: step.optimizer.momentum } },
    regularizers: regularizersOf(step),
    data: {
      rows: step.rows,
      shape: step.shape,
      bytes: step.data === 'uint8',
      target: { kind: 'classes', classes: step.classes },
    },
  };
}

const regularizersOf = ({ penalties, weightDecay }: Step): Network['regularizers'] =>
  [
    ...Object.entries(penalties ?? {}).map(([kind, strength]) => ({ [kind]: strength })),
    ...(weightDecay === undefined ? [] : [{ l2: { strength: weightDecay, biases: true } }]),
  ].map((entry) => pick(regularizers, entry, 'steps.json', 'regularizer'));

export function layerOf(layer: Layer): unknown {
  if (layer.type === 'dense') return { dense: { units: layer.units } };
  if (layer.type === 'conv')
    return { conv2d: { filters: layer.filters, kernel: 3, padding: 'same', bias: layer.bias } };
  if (layer.type === 'dropout') return { dropout: { rate: layer.rate } };
  return { batchnorm: 'batchNorm', maxpool: 'maxPool', relu: 'relu', flatten: 'flatten' }[layer.type];
}
