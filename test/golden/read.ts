import { readFileSync } from 'node:fs';
import type { DType, Tensor } from '../../src/base/index.ts';

/** A tensor as tools/golden/golden.py writes it; `data` is base64 of little-endian numbers. */
export interface StoredTensor {
  readonly type: 'float32' | 'float64' | 'int32' | 'uint8' | 'bool';
  readonly shape: readonly number[];
  readonly data: string;
}

export const readGolden = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;

export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(base64, 'base64'));

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array } as const;

export function tensorOf({ type, shape, data }: StoredTensor): Tensor {
  const dtype: DType = type === 'float32' || type === 'float64' ? 'float' : type;
  return { dtype, shape, data: new arrays[type](bytesOf(data).buffer) };
}

/** The same for every tensor of a record. */
export const tensorsOf = (stored: Readonly<Record<string, StoredTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, tensorOf(value)]));

/** Largest |a - b| / (floor + |b|); NaN must meet NaN and infinity the same infinity. */
export function gap(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i], expected[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const distance = Math.abs(a - b) / (floor + Math.abs(b));
    worst = Math.max(worst, Number.isNaN(distance) ? Infinity : distance);
  }
  return worst;
}
