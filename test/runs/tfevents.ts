/** An event of a TensorBoard file, read by the published format and with none of the code that writes it. */
export interface Decoded {
  readonly time?: number;
  readonly step?: number;
  readonly version?: string;
  readonly tag?: string;
  readonly number?: number;
  readonly histogram?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly plugin?: string;
}

/** The events of a file; throws where a length or a checksum is wrong. */
export function decodeEventFile(file: Buffer): Decoded[] {
  const events: Decoded[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    check(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    check(data, file.readUInt32LE(at + 12 + length));
    events.push(decodeEvent(data));
    at += 16 + length;
  }
  return events;
}

function check(data: Buffer, stored: number): void {
  // Bit by bit: the quotient of the polynomial division, then the mask of TFRecord.
  let crc = 0xffffffff;
  for (const byte of data)
    for (let bit = 0; bit < 8; bit++) crc = ((crc ^ (byte >> bit)) & 1 ? 0x82f63b78 : 0) ^ (crc >>> 1);
  const masked = (BigInt(~crc >>> 15) | (BigInt(~crc >>> 0) << 17n)) + 0xa282ead8n;
  if (Number(BigInt.asUintN(32, masked)) !== stored) throw new Error('a checksum is wrong');
}

type Fields = ReadonlyMap<number, Buffer | number>;

function decodeEvent(data: Buffer): Decoded {
  const event = fieldsOf(data);
  const time = double(event.get(1));
  if (event.has(3)) return { time, version: String(event.get(3)) };
  const value = fieldsOf(inner(fieldsOf(inner(event, 5)), 1));
  const told = { time, step: event.get(2) as number, tag: String(value.get(1)) };
  if (value.has(2)) return { ...told, number: (value.get(2) as Buffer).readFloatLE() };
  if (value.has(5)) return { ...told, histogram: histogramOf(fieldsOf(inner(value, 5))) };
  const tensor = fieldsOf(inner(value, 8));
  const plugin = fieldsOf(inner(fieldsOf(inner(value, 9)), 1));
  return { ...told, text: String(tensor.get(8)), plugin: String(plugin.get(1)) };
}

const inner = (fields: Fields, number: number): Buffer => fields.get(number) as Buffer;
const double = (bytes: Buffer | number | undefined): number => (bytes as Buffer).readDoubleLE();

function histogramOf(fields: Fields) {
  const [min, max, count, sum, sumOfSquares] = [1, 2, 3, 4, 5].map((number) => double(fields.get(number)));
  const packed = (number: number) =>
    Array.from({ length: inner(fields, number).length / 8 }, (_, i) => inner(fields, number).readDoubleLE(8 * i));
  return { min, max, count, sum, sumOfSquares, limits: packed(6), counts: packed(7) };
}

/** The fields of a protobuf message by number: bytes, or the number of a varint. */
function fieldsOf(data: Buffer): Fields {
  const fields = new Map<number, Buffer | number>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    if ((key & 7) === 0) fields.set(key >> 3, varint());
    else {
      const length = { 1: 8, 2: 0, 5: 4 }[key & 7] || varint();
      fields.set(key >> 3, data.subarray(at, at + length));
      at += length;
    }
  }
  return fields;
}
