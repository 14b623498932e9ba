import { sizeOf, type Tensor } from '../base/index.ts';
import { kindOf, kinds, lengthBytes, metadataKey } from './layout.ts';

/**
 * The bytes of a safetensors file (https://huggingface.co/docs/safetensors, "Format"): the length of the header as a 64-bit little-endian number,
 * the header as JSON, padded with spaces to 8 bytes, and the numbers, little-endian, without holes. Wide types come first, so that every tensor
 * lies aligned. Each number is copied once.
 * @throws RangeError where a tensor has the name "__metadata__", or more or fewer numbers than its shape
 */
export function encodeTensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors]
    .map(([name, tensor]) => ({ name, tensor, kind: kindOf(tensor) }))
    .sort((a, b) => kinds[b.kind].bytes - kinds[a.kind].bytes || (a.name < b.name ? -1 : 1));
  const entries: [string, unknown][] = [[metadataKey, metadata]];
  let end = 0;
  for (const { name, tensor, kind } of ordered) {
    if (name === metadataKey) throw new RangeError(`no tensor can have the name "${name}"`);
    if (tensor.data.length !== sizeOf(tensor.shape)) throw new RangeError(`"${name}" does not fill its shape`);
    const start = end;
    end += tensor.data.byteLength;
    entries.push([name, { dtype: kind, shape: tensor.shape, data_offsets: [start, end] }]);
  }
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, lengthBytes);
  bytes.fill(0x20, lengthBytes + header.length, lengthBytes + padded);
  let at = lengthBytes + padded;
  for (const { tensor } of ordered) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}
