import { decode, encode } from '../../runs/index.ts';

/** Where a trial had come to: folds that are over, and the checkpoint of the training under way. */
export interface Saved {
  readonly results: readonly (readonly number[])[];
  readonly updates: number;
  readonly seconds: number;
  readonly checkpoint?: Uint8Array;
}

/** Four bytes for the length of a JSON text, the text, and the checkpoint. */
export function encodeSaved({ checkpoint, ...rest }: Saved): Uint8Array {
  const text = new TextEncoder().encode(encode(rest));
  const bytes = new Uint8Array(4 + text.length + (checkpoint?.length ?? 0));
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, 4);
  if (checkpoint) bytes.set(checkpoint, 4 + text.length);
  return bytes;
}

export function decodeSaved(bytes: Uint8Array): Saved {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const rest = decode(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Omit<Saved, 'checkpoint'>;
  // A copy begins where tensors may be read from.
  const checkpoint = bytes.slice(4 + length);
  return { ...rest, ...(checkpoint.length > 0 && { checkpoint }) };
}
