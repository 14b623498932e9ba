import type { Random } from '../../../base/index.ts';
import { directions } from './directions.ts';

const bits = 32;
const table = directions.trim().split('\n');
/** How many dimensions have direction numbers. */
export const sobolDimensions = table.length + 1;

/** Points of [0, 1)^dimensions: 32 direction numbers and a shift for each dimension. */
export interface SobolSequence {
  readonly dimensions: number;
  readonly directions: Int32Array;
  readonly shifts: Int32Array;
}

/** The sequence of Sobol (1967) with the direction numbers of Joe and Kuo; its first point is the origin. */
export function sobolSequence(dimensions: number): SobolSequence {
  const numbers = new Int32Array(dimensions * bits);
  for (let d = 0; d < dimensions; d++) {
    const own = numbers.subarray(d * bits, (d + 1) * bits);
    // The first dimension has no polynomial: it is the sequence of van der Corput.
    const [polynomial, ...initial] = d === 0 ? [1] : table[d - 1].split(' ').map(Number);
    const degree = initial.length;
    for (let i = 0; i < bits; i++) {
      if (d === 0 || i < degree) {
        own[i] = (d === 0 ? 1 : initial[i]) << (bits - 1 - i);
        continue;
      }
      own[i] = own[i - degree] ^ (own[i - degree] >>> degree);
      for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) own[i] ^= own[i - k];
    }
  }
  return { dimensions, directions: numbers, shifts: new Int32Array(dimensions) };
}

/**
 * The sequence with a random lower triangular matrix on the bits of each dimension and a random digital shift (Matoušek 1998). Every point
 * becomes uniform in the cube, and the points stay as evenly spread as they were.
 */
export function scrambled({ dimensions, directions }: SobolSequence, random: Random): SobolSequence {
  const numbers = new Int32Array(directions.length);
  const shifts = new Int32Array(dimensions);
  for (let d = 0; d < dimensions; d++) {
    shifts[d] = random.bits();
    for (let row = 0; row < bits; row++) {
      // Bit `row`, counted from the highest, becomes the sum of itself and a random choice of the higher ones.
      const mask = (random.bits() & ~(-1 >>> row)) | (1 << (bits - 1 - row));
      for (let i = d * bits; i < (d + 1) * bits; i++) numbers[i] |= parity(directions[i] & mask) << (bits - 1 - row);
    }
  }
  return { dimensions, directions: numbers, shifts };
}

/** One coordinate of the point with this index, in the order of the Gray code. */
export function coordinateOf({ directions, shifts }: SobolSequence, index: number, dimension: number): number {
  let x = shifts[dimension];
  for (let code = index ^ (index >>> 1), i = dimension * bits; code !== 0; code >>>= 1, i++)
    if (code & 1) x ^= directions[i];
  return (x >>> 0) / 2 ** bits;
}

function parity(x: number): number {
  x ^= x >>> 16;
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
}
