import { type DType, sizeOf, type Tensor, WellfitError } from '../../base/index.ts';
import type { onnx } from '../schema/onnx.js';

const dtypes: Readonly<Record<number, DType>> = { 1: 'float', 2: 'uint8', 6: 'int32', 9: 'bool' };

/** The type of a graph for an element type of ONNX, where there is one. */
export const dtypeFor = (type: number): DType | undefined => dtypes[type];

export function dtypeOf(type: number, what: string): DType {
  const dtype = dtypes[type];
  if (!dtype)
    throw new WellfitError('file', `${what} has an element type that Wellfit cannot read`, {
      expected: 'float32, uint8, int32 or bool',
      received: `ONNX element type ${type}`,
    });
  return dtype;
}

export const int64 = 7;
const [float16, double, bfloat16] = [10, 11, 16];

/** Whole numbers that are known while the model is read: shapes, axes, positions. ONNX has them as int64. */
export interface Integers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export const isIntegers = (x: object): x is Integers => !('dtype' in x);

export const integers = (data: readonly number[], shape: readonly number[] = [data.length]): Integers => ({
  shape,
  data,
});

/** The numbers of a constant; half and double precision become the graph's float. */
export function tensorFrom(t: onnx.ITensorProto, name: string): Tensor | Integers {
  const shape = (t.dims ?? []).map(Number);
  if (t.dataLocation === 1 || t.externalData?.length)
    throw new WellfitError('file', `the numbers of "${name}" lie in another file`, {
      expected: 'one .onnx file that holds its weights',
      fix: 'export with external_data=False, or save it again with onnx.save(onnx.load(path), path)',
    });
  const raw = t.rawData?.length ? new Uint8Array(t.rawData).buffer : undefined;
  const data = numbers(t, name, raw);
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers for [${shape}]`);
  if (t.dataType === int64) return integers(Array.from(data), shape);
  const dtype = [float16, double, bfloat16].includes(t.dataType!) ? 'float' : dtypes[t.dataType!];
  return { dtype, shape, data: data as Tensor['data'] };
}

function numbers(t: onnx.ITensorProto, name: string, raw: ArrayBuffer | undefined): ArrayLike<number> {
  if (t.dataType === int64) return raw ? Array.from(new BigInt64Array(raw), Number) : (t.int64Data ?? []).map(Number);
  if (t.dataType === double) return raw ? new Float64Array(raw) : Float64Array.from(t.doubleData ?? []);
  if (t.dataType === float16 || t.dataType === bfloat16) {
    const bits = raw ? new Uint16Array(raw) : Uint16Array.from(t.int32Data ?? []);
    return Float64Array.from(bits, t.dataType === float16 ? half : brain);
  }
  const dtype = dtypeOf(t.dataType!, `constant "${name}"`);
  if (dtype === 'float') return raw ? new Float32Array(raw) : Float32Array.from(t.floatData ?? []);
  if (dtype === 'int32') return raw ? new Int32Array(raw) : Int32Array.from(t.int32Data ?? []);
  return raw ? new Uint8Array(raw) : Uint8Array.from(t.int32Data ?? []);
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
}

/** bfloat16: the upper half of a float32. */
const brain = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
