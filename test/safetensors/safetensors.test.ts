import { describe, expect, test } from 'vitest';
import { type Tensor, WellfitError } from '../../src/base/index.ts';
import { decodeTensors, encodeTensors } from '../../src/safetensors/index.ts';

const float: Tensor = { dtype: 'float', shape: [2, 3], data: Float32Array.of(0, -0, 1.5, Number.NaN, Infinity, 1e-45) };
const wide: Tensor = { dtype: 'float', shape: [2], data: Float64Array.of(Math.PI, -Infinity) };
const tensors = new Map<string, Tensor>([
  ['bytes', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ['float', float],
  ['flags', { dtype: 'bool', shape: [1, 2], data: Uint8Array.of(0, 1) }],
  ['größe "7"', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['wide', wide],
  ['empty', { dtype: 'float', shape: [0, 4], data: new Float32Array(0) }],
]);
const bits = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

/** The bytes of a file with this header and so many bytes of data. */
function file(header: unknown, data: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  try {
    decodeTensors(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(WellfitError);
    expect((error as WellfitError).kind).toBe('file');
    return (error as Error).message;
  }
  return expect.fail('it was read');
}

describe('a safetensors file', () => {
  test('is, byte by byte, what the format says', () => {
    const bytes = encodeTensors(new Map([['w', { dtype: 'float', shape: [1, 2], data: Float32Array.of(1, -2) }]]), {
      by: 'hand',
    });
    const header = '{"__metadata__":{"by":"hand"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, ' ');
    expect(Array.from(bytes.subarray(0, 8))).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect(Array.from(bytes.subarray(8 + padded.length))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test('gives back names, types, shapes and every bit', () => {
    const { tensors: read, metadata } = decodeTensors(encodeTensors(tensors, { a: 'ü "quoted"', b: '' }));
    expect(metadata).toEqual({ a: 'ü "quoted"', b: '' });
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, tensor] of tensors) {
      const { dtype, shape, data } = read.get(name)!;
      expect([dtype, shape, data.constructor, bits(read.get(name)!)], name).toEqual([
        tensor.dtype,
        tensor.shape,
        tensor.data.constructor,
        bits(tensor),
      ]);
    }
  });

  test('is read wherever its bytes begin, without a copy where they are aligned', () => {
    const bytes = encodeTensors(tensors, {});
    for (const shift of [0, 1, 4, 8]) {
      const buffer = new ArrayBuffer(bytes.length + shift);
      const moved = new Uint8Array(buffer, shift);
      moved.set(bytes);
      const { tensors: read } = decodeTensors(moved);
      for (const [name, tensor] of tensors) expect(bits(read.get(name)!), `${name} at ${shift}`).toBe(bits(tensor));
      expect(read.get('wide')!.data.buffer === buffer).toBe(shift % 8 === 0);
      expect(read.get('float')!.data.buffer === buffer).toBe(shift % 4 === 0);
    }
  });

  test('may have its tensors in any order and no metadata', () => {
    const header = {
      b: { dtype: 'U8', shape: [2], data_offsets: [1, 3] },
      a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    };
    const { tensors: read, metadata } = decodeTensors(file(header, 3));
    expect(metadata).toEqual({});
    expect(read.get('b')!.shape).toEqual([2]);
  });
});

describe('damaged bytes', () => {
  const whole = encodeTensors(tensors, { a: 'b' });
  const u8 = (shape: unknown, offsets: unknown) => ({ dtype: 'U8', shape, data_offsets: offsets });

  test('are refused wherever they were cut', () => {
    for (let length = 0; length < whole.length; length++)
      expect(refusal(whole.slice(0, length)), `${length} bytes`).toMatch(/^these bytes are no whole safetensors file/);
  });

  test.each([
    ['a byte too many', new Uint8Array([...whole, 0]), `expected  ${whole.length}`],
    ['an absurd length', new Uint8Array(64).fill(0xff), 'a header of 18446744073709551615 bytes'],
    ['no JSON', file('{"a":', 0), 'a header that cannot be read'],
    ['no object', file('[1]', 0), 'a JSON object'],
    ['no UTF-8', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), 'a header that cannot be read'],
    ['an unknown type', file({ a: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, 2), 'received  BF16'],
    ['a name of every object', file({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 2] } }, 2), 'toString'],
    ['a negative size', file({ a: u8([-1], [0, 1]) }, 1), 'dtype, shape and data_offsets'],
    ['half an element', file({ a: u8([0.5], [0, 1]) }, 1), 'dtype, shape and data_offsets'],
    ['no offsets', file({ a: { dtype: 'U8', shape: [1] } }, 1), 'dtype, shape and data_offsets'],
    ['too few bytes for the shape', file({ a: u8([4], [0, 3]) }, 3), 'expected  4, for U8 of [4]'],
    ['a hole', file({ a: u8([1], [0, 1]), b: u8([1], [2, 3]) }, 3), '"b" begins at byte 2'],
    ['an overlap', file({ a: u8([2], [0, 2]), b: u8([2], [1, 3]) }, 3), '"b" begins at byte 1'],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }, 0), 'texts by name'],
  ])('are refused with what is wrong: %s', (_, bytes, says) => {
    expect(refusal(bytes)).toContain(says);
  });

  test('never make it fail otherwise, whichever byte is changed', () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x15;
      try {
        decodeTensors(changed);
      } catch (error) {
        expect((error as WellfitError).kind, `byte ${at}: ${error}`).toBe('file');
      }
    }
  });
});

describe('what no file can hold', () => {
  test.each([
    ['the name of the metadata', new Map([['__metadata__', float]]), /name/],
    ['numbers that do not fill the shape', new Map([['w', { ...float, shape: [7] }]]), /does not fill/],
  ])('is refused: %s', (_, given, message) => {
    expect(() => encodeTensors(given, {})).toThrow(message);
  });
});
