import { formatShape, type Shape, sizeOf } from './shape.ts';

/** `float` is 32 bits in ONNX Runtime and 64 bits in the reference engine; the graph does not say which. */
export type DType = 'float' | 'int32' | 'uint8' | 'bool';

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Numbers with a shape, row-major. Booleans are bytes 0 and 1. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** A zero-filled array for a type; floats as wide as asked. */
export function allocate(dtype: DType, size: number, wide = true): TensorData {
  if (dtype === 'float') return wide ? new Float64Array(size) : new Float32Array(size);
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
}

export function tensor(dtype: DType, shape: Shape, values: ArrayLike<number>): Tensor {
  if (values.length !== sizeOf(shape))
    throw new RangeError(`${values.length} values do not fill the shape ${formatShape(shape)}`);
  const data = allocate(dtype, values.length);
  data.set(values);
  return { dtype, shape, data };
}
