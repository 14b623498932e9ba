import { type DType, type Tensor, type TensorData, WellfitError } from '../base/index.ts';

/** Named tensors and what is said of them; the content of one safetensors file. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Kind {
  readonly dtype: DType;
  /** Bytes of one number. */
  readonly bytes: number;
  readonly array: (buffer: ArrayBufferLike, offset: number, size: number) => TensorData;
}

/** The types of the format that a tensor here can have; others are refused. */
export const kinds: Readonly<Record<string, Kind>> = {
  F64: { dtype: 'float', bytes: 8, array: (...at) => new Float64Array(...at) },
  F32: { dtype: 'float', bytes: 4, array: (...at) => new Float32Array(...at) },
  I32: { dtype: 'int32', bytes: 4, array: (...at) => new Int32Array(...at) },
  U8: { dtype: 'uint8', bytes: 1, array: (...at) => new Uint8Array(...at) },
  BOOL: { dtype: 'bool', bytes: 1, array: (...at) => new Uint8Array(...at) },
};

export function kindOf({ dtype, data }: Tensor): string {
  if (dtype === 'float') return data instanceof Float64Array ? 'F64' : 'F32';
  return dtype === 'int32' ? 'I32' : dtype === 'uint8' ? 'U8' : 'BOOL';
}

/** The header's own length comes first, in this many bytes. */
export const lengthBytes = 8;
export const metadataKey = '__metadata__';

export const damaged = (received: string, expected?: string): WellfitError =>
  new WellfitError('file', 'these bytes are no whole safetensors file', {
    expected,
    received,
    likely: 'the file was cut short or changed while it was copied, or is of another format',
  });
