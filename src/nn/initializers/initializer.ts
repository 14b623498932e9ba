import { formatShape, type OptionSchema, type Random, type Shape, WellfitError, type z } from '../../base/index.ts';

/** What an initializer may know of the tensor it fills. Fans count connections, kernel positions included. */
export interface Target {
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Mean and variance (divided by n) of each unit of a layer's output, over training rows (and positions). */
export interface UnitMoments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface Initializer<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The numbers, row-major; all randomness comes from `random`. */
  draw(target: Target, options: O, random: Random): Float64Array;
  /**
   * Looks at what the layer gives and says by what to multiply each unit's weights, and what to add to its output then (where the layer has a
   * bias); undefined once nothing is left to correct. Asked again after each correction.
   */
  calibrate?(
    moments: UnitMoments,
    options: O,
    corrections: number,
  ): { factor: Float64Array; shift: Float64Array } | undefined;
}

export function initializer<S extends OptionSchema>(
  entry: Omit<Initializer<z.output<S>>, 'options'> & { options: S },
): Initializer {
  return entry as unknown as Initializer;
}

/** The unit that entry i of a weight or bias belongs to: a column of a dense layer's [in, units], a kernel of [filters, …], a number of a bias. */
export const unitOf = (shape: Shape, i: number): number =>
  shape.length === 2 ? i % shape[1] : Math.floor(i / shape.slice(1).reduce((n, s) => n * s, 1));

/** Whether an output varies by more than float32 rounding leaves of a constant: dividing by less would only blow up noise. */
export const hasSpread = (mean: number, variance: number): boolean =>
  Number.isFinite(variance) && variance > 1e-12 * mean ** 2 && variance > 1e-30;

/** @throws WellfitError where the tensor is neither a weight matrix nor kernels */
export function requireWeights({ shape }: Target, initializer: string): void {
  if (shape.length < 2)
    throw new WellfitError('option', `the initializer "${initializer}" is for weights`, {
      expected: 'a matrix or kernels',
      received: formatShape(shape),
      likely: 'it was given for a bias',
      fix: 'use "zeros" there',
    });
}

export function fill({ shape }: Target, next: () => number): Float64Array {
  return Float64Array.from({ length: shape.reduce((n, s) => n * s, 1) }, next);
}

/** Numbers of the given variance and mean 0, from either distribution. */
export function withVariance(
  target: Target,
  variance: number,
  distribution: 'normal' | 'uniform',
  random: Random,
): Float64Array {
  const limit = Math.sqrt(3 * variance);
  const std = Math.sqrt(variance);
  return fill(target, () => (distribution === 'normal' ? std * random.normal() : limit * (2 * random.uniform() - 1)));
}
