import { averagePool } from './averagePool.ts';
import { batchNorm } from './batchNorm.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './globalAveragePool.ts';
import { maxPool } from './maxPool.ts';
import { relu } from './relu.ts';
import { sigmoid } from './sigmoid.ts';
import { tanh } from './tanh.ts';

/** Every layer. To add one: a file beside these, and a line here. */
export const layers = {
  dense,
  conv2d,
  maxPool,
  averagePool,
  globalAveragePool,
  flatten,
  batchNorm,
  dropout,
  relu,
  sigmoid,
  tanh,
};

export type LayerName = keyof typeof layers;

export type { Layer, LayerContext, ParameterSpec, StateSpec } from './layer.ts';
