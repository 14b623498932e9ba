import type { Tensor } from '../base/index.ts';
import { type Model, type ModelLayer, unitOf } from '../nn/index.ts';

type Weights = ReadonlyMap<string, Tensor>;

/**
 * Batch normalization with running statistics is an affine map of each unit, y = s (x - mean) / √(variance + ε) + shift, so a dense or
 * convolution layer right before it can do it: W' = W f and b' = (b - mean) f + shift with f = s / √(variance + ε). The folded model gives the
 * same numbers (up to rounding) with fewer operators. Computed in float64.
 */
export function foldBatchNorm(model: Model, weights: Weights): { model: Model; weights: Map<string, Tensor> } {
  const folded = new Map(weights);
  const layers: ModelLayer[] = [];
  for (const layer of model.layers) {
    const before = layers[layers.length - 1];
    if (layer.kind !== 'batchNorm' || !before || !['dense', 'conv2d'].includes(before.kind)) {
      layers.push(layer);
      continue;
    }
    layers[layers.length - 1] = foldInto(before, layer, folded);
  }
  return { model: { ...model, layers }, weights: folded };
}

/** Changes the weights in place; returns the layer with the bias that it then has. */
function foldInto(layer: ModelLayer, norm: ModelLayer, weights: Map<string, Tensor>): ModelLayer {
  const of = (name: string) => weights.get(`${norm.name}.${name}`)!.data;
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map(of);
  const factor = Float64Array.from(scale, (s, i) => s / Math.sqrt(variance[i] + (norm.options.epsilon as number)));
  const weight = weights.get(`${layer.name}.weight`)!;
  const bias = layer.parameters.bias && weights.get(`${layer.name}.bias`)!.data;
  const float = (shape: readonly number[], data: Float64Array): Tensor => ({ dtype: 'float', shape, data });
  weights.set(
    `${layer.name}.weight`,
    float(
      weight.shape,
      Float64Array.from(weight.data, (w, i) => w * factor[unitOf(weight.shape, i)]),
    ),
  );
  weights.set(
    `${layer.name}.bias`,
    float(
      [factor.length],
      factor.map((f, i) => ((bias?.[i] ?? 0) - mean[i]) * f + shift[i]),
    ),
  );
  for (const name of ['scale', 'shift', 'mean', 'variance']) weights.delete(`${norm.name}.${name}`);
  return {
    ...layer,
    options: { ...layer.options, bias: true },
    parameters: {
      ...layer.parameters,
      bias: { ...layer.parameters.weight, shape: [factor.length], decay: false },
    },
  };
}
