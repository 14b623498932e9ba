import type { OptionSchema, Random, Shape, z } from '../../base/index.ts';

/** What an initializer may know of the tensor it fills. Fans count connections, kernel positions included. */
export interface Target {
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
}

export interface Initializer {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The numbers, row-major; all randomness comes from `random`. */
  draw(target: Target, options: Readonly<Record<string, unknown>>, random: Random): Float64Array;
}

export function initializer<S extends OptionSchema>(entry: {
  summary: string;
  options: S;
  draw: (target: Target, options: z.output<S>, random: Random) => Float64Array;
}): Initializer {
  return entry as Initializer;
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
