import { readFileSync } from 'node:fs';
import type { Space, Values } from '../../src/search/index.ts';

/** What functions.json says of a function; functions.py reads the same. */
interface Description {
  readonly space: Space;
  readonly optimum: number;
  readonly shift?: readonly number[];
  readonly rotations?: readonly (readonly (readonly number[])[])[];
}

/** A function whose least value is known. */
export interface TestFunction {
  readonly space: Space;
  /** How far the value lies above the least one; 0 is perfect. */
  regret(values: Values): number;
}

type Vector = readonly number[];
type Formula = (x: Vector, about: Required<Description>) => number;

const square = (x: number): number => x * x;
const sum = (list: Vector, of: (x: number, i: number) => number): number => list.reduce((s, x, i) => s + of(x, i), 0);
const minus = (x: Vector, y: Vector): Vector => x.map((each, i) => each - y[i]);
const times = (matrix: readonly Vector[], x: Vector): Vector => matrix.map((row) => sum(row, (m, i) => m * x[i]));
/** From 1 to `most` over the dimensions, evenly in the logarithm. */
const weight = (most: number, i: number, x: Vector): number => most ** (i / (x.length - 1));
const rotated = (x: Vector, { shift, rotations }: Required<Description>): Vector =>
  times(rotations[0], minus(x, shift));
/** Rotated, stretched by up to √10, and rotated again. */
const stretched = (x: Vector, about: Required<Description>): Vector =>
  times(
    about.rotations[1],
    rotated(x, about).map((z, i, all) => Math.sqrt(weight(10, i, all)) * z),
  );

const hartmann = {
  alpha: [1, 1.2, 3, 3.2],
  a: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  p: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
};

/** Those with a shift follow the functions of BBOB (Hansen et al. 2009) without their oscillations and boundary penalties. */
const formulas: Readonly<Record<string, Formula>> = {
  branin: ([x, y]) =>
    square(y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
    10,
  hartmann6: (x) =>
    -sum(
      hartmann.alpha,
      (alpha, i) => alpha * Math.exp(-sum(x, (v, j) => hartmann.a[i][j] * square(v - hartmann.p[i][j]))),
    ),
  sphere: (x, { shift }) => sum(minus(x, shift), square),
  ellipsoid: (x, about) => sum(rotated(x, about), (z, i) => weight(1e6, i, x) * z * z),
  rastrigin: (x, about) => sum(rotated(x, about), (z) => 10 * (1 - Math.cos(2 * Math.PI * z)) + z * z),
  rosenbrock: (x, { shift }) => {
    const z = minus(x, shift).map((each) => each + 1);
    return sum(z.slice(1), (next, i) => 100 * square(z[i] * z[i] - next) + square(z[i] - 1));
  },
  stepEllipsoid: (x, about) => {
    const raw = rotated(x, about).map((z, i, all) => Math.sqrt(weight(10, i, all)) * z);
    const steps = raw.map((z) => (Math.abs(z) > 0.5 ? Math.floor(0.5 + z) : Math.floor(0.5 + 10 * z) / 10));
    return (
      0.1 *
      Math.max(
        Math.abs(raw[0]) / 1e4,
        sum(times(about.rotations[1], steps), (z, i) => weight(100, i, x) * z * z),
      )
    );
  },
  attractiveSector: (x, about) =>
    sum(stretched(x, about), (z, i) => square((z * about.shift[i] > 0 ? 100 : 1) * z)) ** 0.9,
  discus: (x, about) => sum(rotated(x, about), (z, i) => (i === 0 ? 1e6 : 1) * z * z),
  sharpRidge: (x, about) => {
    const [first, ...rest] = stretched(x, about);
    return first * first + 100 * Math.sqrt(sum(rest, square));
  },
  differentPowers: (x, about) =>
    Math.sqrt(sum(rotated(x, about), (z, i) => Math.abs(z) ** (2 + (4 * i) / (x.length - 1)))),
  /** What training a network could answer: a rate that must suit batch and activation, dropout that must suit the width. */
  network: ([lr, units, layers, batch, dropout, l2, activation]) => {
    const size = batch - 2;
    const rate = Math.log10(lr) + 2.5 - 0.15 * size + 0.3 * activation;
    const width = Math.log2(units / 192);
    return (
      Math.min(4, square(rate > 0 ? 2 * rate : rate)) +
      0.1 * width * width +
      0.08 * square(layers - 3) +
      0.02 * size * size +
      2 * square(dropout - 0.2 - 0.1 * width) +
      0.05 * square(Math.log10(l2) + 4) +
      [0, 0.05, 0.2 + 0.1 * (layers - 1)][activation]
    );
  },
};

const described: Readonly<Record<string, Description>> = JSON.parse(
  readFileSync(new URL('functions.json', import.meta.url), 'utf8'),
);

export const functions: Readonly<Record<string, TestFunction>> = Object.fromEntries(
  Object.entries(described).map(([name, about]) => [
    name,
    {
      space: about.space,
      regret: (values) =>
        formulas[name](
          about.space.map((parameter) => values[parameter.name]),
          about as Required<Description>,
        ) - about.optimum,
    },
  ]),
);
