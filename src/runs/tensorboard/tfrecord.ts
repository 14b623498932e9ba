import { maskedCrc32c } from './crc32c.ts';

/** Bytes of the length, and of a checksum. */
const [ofLength, ofCrc] = [8, 4];

/** A record as it stands in a TFRecord file: length (uint64, little endian), its checksum, the data, their checksum. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(ofLength + ofCrc + data.length + ofCrc);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(ofLength, maskedCrc32c(record.subarray(0, ofLength)), true);
  record.set(data, ofLength + ofCrc);
  view.setUint32(record.length - ofCrc, maskedCrc32c(data), true);
  return record;
}
