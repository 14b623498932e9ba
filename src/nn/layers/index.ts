import { averagePool } from './averagePool.ts';
import { batchNorm } from './batchNorm.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { elu } from './elu.ts';
import { embed } from './embed.ts';
import { exponential } from './exponential.ts';
import { flatten } from './flatten.ts';
import { gaussianDropout } from './gaussianDropout.ts';
import { gaussianNoise } from './gaussianNoise.ts';
import { gelu } from './gelu.ts';
import { globalAveragePool } from './globalAveragePool.ts';
import { groupNorm } from './groupNorm.ts';
import { hardSigmoid } from './hardSigmoid.ts';
import { instanceNorm } from './instanceNorm.ts';
import { layerNorm } from './layerNorm.ts';
import { leakyRelu } from './leakyRelu.ts';
import { linear } from './linear.ts';
import { maxout } from './maxout.ts';
import { maxPool } from './maxPool.ts';
import { prelu } from './prelu.ts';
import { relu } from './relu.ts';
import { rmsNorm } from './rmsNorm.ts';
import { selu } from './selu.ts';
import { sigmoid } from './sigmoid.ts';
import { silu } from './silu.ts';
import { softplus } from './softplus.ts';
import { spatialDropout } from './spatialDropout.ts';
import { tanh } from './tanh.ts';

/** Every layer. To add one: a file beside these, and a line here. */
export const layers = {
  dense,
  conv2d,
  maxPool,
  averagePool,
  globalAveragePool,
  flatten,
  embed,
  maxout,
  batchNorm,
  layerNorm,
  groupNorm,
  instanceNorm,
  rmsNorm,
  dropout,
  spatialDropout,
  gaussianNoise,
  gaussianDropout,
  relu,
  leakyRelu,
  prelu,
  elu,
  selu,
  softplus,
  gelu,
  silu,
  sigmoid,
  hardSigmoid,
  tanh,
  exponential,
  linear,
};

export type LayerName = keyof typeof layers;

export type { Layer, LayerContext, ParameterSpec, StateSpec } from './layer.ts';
