import { grouped, type Tensor, WellfitError } from '../base/index.ts';
import { damaged, kinds, lengthBytes, metadataKey, type TensorFile } from './layout.ts';

/** Longest header that the format allows. */
const longestHeader = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a safetensors file. Tensors are views of the bytes where they lie aligned, and copies where not: whoever changes the one changes the other.
 * @throws WellfitError of kind 'file' where the bytes are cut short, contradict themselves, or hold a type that is not read here
 */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < lengthBytes)
    throw damaged(`${bytes.length} bytes`, 'at least 8, which say how long the header is');
  const announced = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (announced > longestHeader) throw damaged(`a header of ${announced} bytes`, 'at most 100,000,000');
  const start = lengthBytes + Number(announced);
  if (start > bytes.length)
    throw damaged(`${grouped(bytes.length)} bytes`, `at least ${grouped(start)}: the header alone has so many`);
  const { entries, metadata } = readHeader(bytes.subarray(lengthBytes, start));
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end)
      throw damaged(
        `"${entry.name}" begins at byte ${entry.start} of the data`,
        `at ${end}, where the one before ends`,
      );
    end = entry.end;
  }
  if (start + end !== bytes.length)
    throw damaged(`${grouped(bytes.length)} bytes`, `${grouped(start + end)}, as the header says`);
  return { tensors: new Map(entries.map((entry) => [entry.name, view(bytes, start, entry)])), metadata };
}

function view(bytes: Uint8Array, from: number, { dtype, shape, start, end }: Entry): Tensor {
  const kind = kinds[dtype];
  const offset = bytes.byteOffset + from + start;
  const aligned = offset % kind.bytes === 0;
  const { buffer } = aligned ? bytes : bytes.slice(from + start, from + end);
  return { dtype: kind.dtype, shape, data: kind.array(buffer, aligned ? offset : 0, (end - start) / kind.bytes) };
}

/** The tensors in the order in which they lie. */
function readHeader(bytes: Uint8Array): { entries: Entry[]; metadata: Record<string, string> } {
  const { [metadataKey]: metadata = {}, ...rest } = parsed(bytes);
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === 'string'))
    throw damaged(`${metadataKey} = ${JSON.stringify(metadata).slice(0, 80)}`, 'texts by name');
  const entries = Object.entries(rest).map(([name, entry]) => readEntry(name, entry));
  return {
    entries: entries.sort((a, b) => a.start - b.start || a.end - b.end),
    metadata: metadata as Record<string, string>,
  };
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(`a header that cannot be read: ${(error as Error).message}`, 'a header in JSON');
  }
  if (!isObject(header)) throw damaged(`the header ${JSON.stringify(header).slice(0, 80)}`, 'a JSON object');
  return header;
}

function readEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof dtype === 'string' && !Object.hasOwn(kinds, dtype))
    throw new WellfitError('file', `the tensor "${name}" has a type that is not read here`, {
      expected: Object.keys(kinds).join(', '),
      received: dtype,
    });
  if (typeof dtype !== 'string' || !areSizes(shape) || !areSizes(offsets) || offsets.length !== 2)
    throw damaged(`"${name}": ${JSON.stringify(entry).slice(0, 80)}`, 'dtype, shape and data_offsets');
  const [start, end] = offsets;
  const bytes = shape.reduce((size, n) => size * n, kinds[dtype].bytes);
  if (end - start !== bytes)
    throw damaged(`${end - start} bytes for "${name}"`, `${bytes}, for ${dtype} of [${shape.join(', ')}]`);
  return { name, dtype, shape, start, end };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
