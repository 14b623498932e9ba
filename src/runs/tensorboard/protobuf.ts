import protobuf, { type Writer } from 'protobufjs/minimal.js';

/** One field of a message, yet to be written. */
export type Field = (writer: Writer) => void;

/** Wire types of protobuf. */
const wire = { varint: 0, eight: 1, delimited: 2, four: 5 } as const;
const key = (field: number, type: number): number => (field << 3) | type;

export const double =
  (field: number, value: number): Field =>
  (writer) =>
    writer.uint32(key(field, wire.eight)).double(value);

/** Beyond the range of float32 it becomes infinite. */
export const float =
  (field: number, value: number): Field =>
  (writer) =>
    writer.uint32(key(field, wire.four)).float(value);

export const integer =
  (field: number, value: number): Field =>
  (writer) =>
    writer.uint32(key(field, wire.varint)).int64(value);

export const string =
  (field: number, value: string): Field =>
  (writer) =>
    writer.uint32(key(field, wire.delimited)).string(value);

/** Packed. */
export const doubles =
  (field: number, values: readonly number[]): Field =>
  (writer) => {
    writer.uint32(key(field, wire.delimited)).fork();
    for (const value of values) writer.double(value);
    writer.ldelim();
  };

export const message =
  (field: number, ...fields: readonly Field[]): Field =>
  (writer) => {
    writer.uint32(key(field, wire.delimited)).fork();
    for (const each of fields) each(writer);
    writer.ldelim();
  };

export function encoded(...fields: readonly Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const each of fields) each(writer);
  return writer.finish();
}
