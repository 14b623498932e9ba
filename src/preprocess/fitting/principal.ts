import { formatShape, grouped, percent, type Shape, sizeOf, WellfitError, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, gemm, reshape, sub } from '../../ops/index.ts';
import { symmetricEigen } from '../linear/symmetricEigen.ts';
import type { FitTools, Fitted, FittedTensor } from '../preprocessor.ts';
import { constantOf } from './constants.ts';
import { covariance } from './covariance.ts';
import { part } from './pulse.ts';
import type { Rows } from './rows.ts';

/** A whole number of directions, or the least number that holds more than this share of the variance; left out: all. */
export const components = {
  components: z
    .number()
    .positive()
    .refine((k) => k < 1 || Number.isInteger(k), 'must be a whole number, or a share of the variance below 1')
    .optional(),
};

/** More features take minutes and gigabytes: the work grows with the cube of their number, the memory with the square. */
const mostFeatures = 8192;

/** @throws WellfitError for more directions than features, and for rows too long for a covariance matrix */
export function checkComponents(input: Shape, { components }: { components?: number }, where: string): number {
  const features = sizeOf(input);
  if (components !== undefined && components > features)
    throw new WellfitError('option', `${where}: there are not so many components`, {
      expected: `at most ${grouped(features)}, the number of features`,
      received: grouped(components),
      fix: `ask for fewer components, or for a share of the variance such as 0.99`,
    });
  if (features > mostFeatures)
    throw new WellfitError('option', `${where}: rows of ${formatShape(input)} have too many features`, {
      expected: `at most ${grouped(mostFeatures)}`,
      received: grouped(features),
      likely: 'the images are large',
      fix: 'use "standardize", or smaller images',
    });
  return components === undefined || components < 1 ? features : components;
}

export interface Principal {
  /** Of a row, in its shape. */
  readonly mean: FittedTensor;
  /** [directions, features]: orthonormal, by falling variance; the largest number of each is positive. */
  readonly vectors: FittedTensor;
  /** Variance of the training rows along each kept direction (divided by n). */
  readonly variances: Float64Array;
  /** What the kept directions hold of all variance. */
  readonly share: number;
}

/** "keeps 12 of 64 components: 95.10 % of the variance" */
export const describeKept = ({ vectors: { shape }, share }: Principal): string =>
  `keeps ${grouped(shape[0])} of ${grouped(shape[1])} components: ${percent(share)} of the variance`;

/** The leading eigenvectors of the rows' covariance; `most` of them where the options do not say how many. */
export async function principalDirections(
  rows: Rows,
  { components }: { components?: number },
  most: number,
  { engine, pulse, where }: FitTools,
): Promise<Principal> {
  const features = rows.width;
  if (components !== undefined && components > rows.count)
    throw new WellfitError('option', `${where}: ${grouped(rows.count)} rows have not so many components`, {
      expected: `at most ${grouped(rows.count)}, the number of training rows that are looked at`,
      received: grouped(components),
      fix: 'ask for fewer components, or give more rows',
    });
  const { mean, matrix } = await covariance(rows, engine, where, part(pulse, 0, 0.2));
  let total = 0;
  for (let i = 0; i < features; i++) total += matrix[i * features + i];
  if (total === 0)
    throw new WellfitError('data', `${where}: all training rows are alike`, {
      expected: 'rows that differ',
      received: `${grouped(rows.count)} ${rows.count === 1 ? 'row' : 'equal rows'}`,
      fix: 'remove the step, or give more rows',
    });
  const wanted = (values: Float64Array) => (components === undefined ? most : countFor(components, values, total));
  const { values, vectors } = await symmetricEigen(matrix, features, wanted, part(pulse, 0.2, 1));
  const count = vectors.length / features;
  // Rounding may leave less than nothing of a variance of 0.
  const variances = values.slice(0, count).map((value) => Math.max(0, value));
  return {
    mean: { shape: rows.shape, data: mean },
    vectors: { shape: [count, features], data: vectors },
    variances,
    share: Math.min(1, variances.reduce((a, b) => a + b, 0) / total),
  };
}

function countFor(components: number, values: Float64Array, total: number): number {
  if (components >= 1) return components;
  let sum = 0;
  const found = values.findIndex((value) => (sum += value) > components * total);
  return found < 0 ? values.length : found + 1;
}

export const subtractMean = (x: Value, { mean }: Fitted): Value => sub(x, constantOf(x.graph, mean, 'mean'));
export const addMean = (x: Value, { mean }: Fitted): Value => add(x, constantOf(x.graph, mean, 'mean'));

/** Coordinates of rows along the directions: [batch, …row] to [batch, directions]. */
export function toDirections(x: Value, { mean, vectors }: Fitted): Value {
  const flat = reshape(x, { shape: [x.shape[0], sizeOf(mean.shape)] });
  return gemm(flat, constantOf(x.graph, vectors, 'vectors'), { transA: 0, transB: 1 });
}

/** From coordinates along the directions back to rows: [batch, directions] to [batch, …row]. */
export function fromDirections(y: Value, { mean, vectors }: Fitted): Value {
  const flat = gemm(y, constantOf(y.graph, vectors, 'vectors'), { transA: 0, transB: 0 });
  return reshape(flat, { shape: [y.shape[0], ...mean.shape] });
}
