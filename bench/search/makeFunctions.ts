// Writes functions.json: the space of every function and the shifts and rotations that functions.ts and functions.py both read.
//   node bench/search/makeFunctions.ts
import { writeFileSync } from 'node:fs';
import { hashText, Random } from '../../src/base/index.ts';

const dimensions = 5;
const shifted = [
  'sphere',
  'ellipsoid',
  'rastrigin',
  'rosenbrock',
  'stepEllipsoid',
  'attractiveSector',
  'discus',
  'sharpRidge',
  'differentPowers',
];

const vector = (random: Random): number[] => Array.from({ length: dimensions }, () => random.normal());
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** A rotation: normal vectors made orthogonal one after the other (Gram and Schmidt). */
function rotation(random: Random): number[][] {
  const rows: number[][] = [];
  while (rows.length < dimensions) {
    let row = vector(random);
    for (const other of rows) {
      const along = dot(row, other);
      row = row.map((x, i) => x - along * other[i]);
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((x) => x / length));
  }
  return rows;
}

const float = (name: string, low: number, high: number, log = false) => ({ name, kind: 'float', low, high, log });
const int = (name: string, low: number, high: number, step = 1) => ({ name, kind: 'int', low, high, step, log: false });
const choice = (name: string, ...choices: unknown[]) => ({ name, kind: 'choice', choices });

const functions = {
  branin: { space: [float('x', -5, 10), float('y', 0, 15)], optimum: 0.39788735772973816 },
  hartmann6: { space: Array.from({ length: 6 }, (_, i) => float(`x${i}`, 0, 1)), optimum: -3.322368011391339 },
  ...Object.fromEntries(
    shifted.map((name) => {
      const random = new Random(hashText(name));
      return [
        name,
        {
          space: Array.from({ length: dimensions }, (_, i) => float(`x${i}`, -5, 5)),
          optimum: 0,
          // Not near the edge, where a sampler that likes edges would find it by luck.
          shift: Array.from({ length: dimensions }, () => 8 * random.uniform() - 4),
          rotations: [rotation(random), rotation(random)],
        },
      ];
    }),
  ),
  network: {
    space: [
      float('lr', 1e-5, 1, true),
      int('units', 16, 512, 16),
      int('layers', 1, 5),
      choice('batch', 16, 32, 64, 128),
      float('dropout', 0, 0.6),
      float('l2', 1e-7, 0.1, true),
      choice('activation', 'relu', 'tanh', 'sigmoid'),
    ],
    optimum: 0,
  },
};
writeFileSync(new URL('functions.json', import.meta.url), `${JSON.stringify(functions, null, 2)}\n`);
