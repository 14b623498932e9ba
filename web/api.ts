import { decode } from '../src/runs/codec.ts';

/** What the server answers; NaN and the infinities are back. */
export async function get<T>(path: string): Promise<T> {
  const response = await fetch(path);
  const answer = decode(await response.text()) as T & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `the server answers ${response.status}`);
  return answer;
}

/** The numbers of a column. */
export function numbers<T extends ArrayBufferView>(column: string, kind: new (buffer: ArrayBuffer) => T): T {
  const text = atob(column);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new kind(bytes.buffer);
}
