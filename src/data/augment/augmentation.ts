import type { OptionSchema, Random, Shape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import type { Affine } from './affine.ts';
import type { Functions } from './warp.ts';

interface Common<O> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** The option that a bare number stands for: { "rotation": 10 }. */
  readonly lead: string;
  /** What rows must look like to be changed so, where being an image is not enough; undefined where these do. */
  needs?(shape: Shape, options: O): string | undefined;
}

/** Moves the picture: a linear map of places, drawn and composed outside of the graph. */
export interface Geometric<O = Readonly<Record<string, unknown>>> extends Common<O> {
  readonly stage: 'geometric';
  /** Columns stay columns and rows stay rows. */
  readonly separable: boolean;
  /** What happens to one row of the data set. */
  draw(options: O, random: Random, shape: Shape): number[];
  /** Where each pixel of the result is found in the picture before. */
  source(...drawn: number[]): Affine;
}

/** Bends the picture by a smooth field: a weighted sum of fixed functions of the place. */
export interface Displacement<O = Readonly<Record<string, unknown>>> extends Common<O> {
  readonly stage: 'displacement';
  functions(options: O, shape: Shape): Functions;
  /** One weight a function for the displacement in x, then for that in y, in pixels. */
  draw(options: O, random: Random, shape: Shape): number[];
}

/** Changes the numbers of one row inside the graph; `drawn` are [batch, 1, …, 1]. */
export interface Pixelwise<O = Readonly<Record<string, unknown>>> extends Common<O> {
  readonly stage: 'photometric' | 'erasing';
  /** How many numbers are drawn. */
  readonly width: number;
  draw(options: O, random: Random, shape: Shape): number[];
  apply(x: Value, drawn: readonly Value[], bytes: boolean): Value;
}

/** Mixes two rows; `mix` [batch, 1, …, 1] is the weight that a row's own target keeps. */
export interface Mixing<O = Readonly<Record<string, unknown>>> extends Common<O> {
  readonly stage: 'mixing';
  readonly width: number;
  /** Rows of a table can be mixed too. */
  readonly tables: boolean;
  draw(options: O, random: Random, shape: Shape): number[];
  apply(x: Value, partner: Value, drawn: readonly Value[]): { readonly x: Value; readonly mix: Value };
}

export type Augmentation = Geometric | Displacement | Pixelwise | Mixing;

type Entry<T, S extends OptionSchema> = Omit<T, 'options' | 'stage'> & { options: S };

export const geometric = <S extends OptionSchema>(entry: Entry<Geometric<z.output<S>>, S>): Geometric =>
  ({ stage: 'geometric', ...entry }) as unknown as Geometric;

export const displacement = <S extends OptionSchema>(entry: Entry<Displacement<z.output<S>>, S>): Displacement =>
  ({ stage: 'displacement', ...entry }) as unknown as Displacement;

export const photometric = <S extends OptionSchema>(entry: Entry<Pixelwise<z.output<S>>, S>): Pixelwise =>
  ({ stage: 'photometric', ...entry }) as unknown as Pixelwise;

export const erasing = <S extends OptionSchema>(entry: Entry<Pixelwise<z.output<S>>, S>): Pixelwise =>
  ({ stage: 'erasing', ...entry }) as unknown as Pixelwise;

export const mixing = <S extends OptionSchema>(entry: Entry<Mixing<z.output<S>>, S>): Mixing =>
  ({ stage: 'mixing', ...entry }) as unknown as Mixing;
