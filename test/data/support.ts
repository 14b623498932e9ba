import { mkdtemp } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';

/** The message that a user's mistake gives; anything but a WellfitError fails the test. */
export async function messageOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(WellfitError);
    return (error as WellfitError).message;
  }
  return expect.fail('nothing was thrown');
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'wellfit-data-'));

/** An IDX file of unsigned bytes. */
export function idx(shape: number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

/** Records of CIFAR-10 with these labels; byte `i` of the pixels of row `r` is (i + r) mod 251. */
export function cifar(labels: number[]): Uint8Array {
  const records = labels.map((label, row) => [label, ...Array.from({ length: 3072 }, (_, i) => (i + row) % 251)]);
  return Uint8Array.from(records.flat());
}

/** A tar archive of plain files (ustar). */
export function tar(files: Record<string, Uint8Array>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name);
    header.write(bytes.length.toString(8).padStart(11, '0'), 124);
    header.write(' '.repeat(8), 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export interface Server {
  /** URL of the folder of the files. */
  readonly base: string;
  /** Path and Range header of every request, as "/a.bin" or "/a.bin bytes=5-". */
  readonly requests: string[];
  close(): Promise<void>;
}

/** What a server does with a request, given the bytes of the file that it names. */
export type Answer = (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => void;

/** Serves files on 127.0.0.1 as `answer` wants it; status 404 for others. */
export async function serve(files: Record<string, Uint8Array>, answer: Answer): Promise<Server> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter(Boolean).join(' '));
    const bytes = files[request.url!.slice(1)];
    if (bytes) answer(request, response, bytes);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { base, requests, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** A server as it should be: whole files, or the range that was asked for. */
export const wellBehaved: Answer = (request, response, bytes) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = bytes.subarray(start);
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length, ...(start > 0 ? range : {}) });
  response.end(rest);
};
