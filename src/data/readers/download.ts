import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { grouped, WellfitError } from '../../base/index.ts';

export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** How much of a file has come, in bytes. */
export interface Progress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

const patience = 30_000;

/**
 * Brings a file to `path`. It appears there complete and checked or not at all: until then its bytes stand in
 * `path`.part, where a later call goes on (HTTP Range).
 *
 * @throws WellfitError if the source cannot be reached, stops early or holds another file than the one expected
 */
export async function download(
  url: URL,
  path: string,
  file: RemoteFile,
  progress?: (progress: Progress) => void,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const start = await sizeOf(part);
    if (start !== file.bytes) await receive(url, part, start < file.bytes ? start : 0, file, progress);
    await verify(url, part, file);
    await rename(part, path);
  } catch (error) {
    const done = await sizeOf(part);
    const fix = done > 0 ? `run again to go on after ${grouped(done)} of ${grouped(file.bytes)} bytes` : undefined;
    throw asUserError(error, `downloading ${url} failed`, fix);
  }
}

/** A failure of the network or the disk in words for the user. Anything else is a bug and stays what it is. */
export function asUserError(error: unknown, what: string, fix?: string): unknown {
  if (!(error instanceof Error) || error instanceof WellfitError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new WellfitError('file', what, { received: message || code, likely: causeOf(code), fix });
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  );

/** Appends what is missing, or starts anew where the source cannot go on. */
async function receive(
  url: URL,
  part: string,
  start: number,
  file: RemoteFile,
  progress?: (progress: Progress) => void,
): Promise<void> {
  const response = await get(url, start);
  const resumed = response.statusCode === 206 && !!response.headers['content-range']?.startsWith(`bytes ${start}-`);
  let done = resumed ? start : 0;
  const length = response.headers['content-length'];
  const offered = length === undefined ? file.bytes : done + Number(length);
  if (!(resumed || response.statusCode === 200) || offered !== file.bytes) {
    response.destroy();
    throw new WellfitError('file', `${url} is not the file it should be`, {
      expected: `${grouped(file.bytes)} bytes, HTTP status 200`,
      received: `${grouped(offered)} bytes, HTTP status ${response.statusCode}`,
      likely: 'the file was moved or changed, or a proxy answered in its place',
    });
  }
  const handle = await open(part, resumed ? 'a' : 'w');
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      await handle.appendFile(chunk);
      done += chunk.length;
      progress?.({ file: file.name, done, total: file.bytes });
    }
  } finally {
    await handle.close();
  }
}

/** node:http rather than fetch: fetch would decompress a .gz file that a server labels "Content-Encoding: gzip". */
async function get(url: URL, start: number, redirects = 5): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = start > 0 ? { Range: `bytes=${start}-` } : {};
    const request = (url.protocol === 'https:' ? https : http).get(url, { headers, timeout: patience }, resolve);
    const silence = Object.assign(new Error(`no answer for ${patience / 1000} s`), { code: 'ETIMEDOUT' });
    request.on('timeout', () => request.destroy(silence));
    request.on('error', reject);
  });
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode >= 400 || !headers.location || redirects === 0) return response;
  response.destroy();
  return get(new URL(headers.location, url), start, redirects - 1);
}

/** A file with wrong bytes is removed, since going on with it could never succeed. */
async function verify(url: URL, part: string, file: RemoteFile): Promise<void> {
  const bytes = await sizeOf(part);
  const hash = createHash('sha256');
  await pipeline(createReadStream(part), hash);
  const sha256 = hash.digest('hex');
  if (sha256 === file.sha256) return;
  await rm(part);
  throw new WellfitError('file', `${url} is not the file it should be; the copy was removed`, {
    expected: `${grouped(file.bytes)} bytes with the SHA-256 ${file.sha256}`,
    received: `${grouped(bytes)} bytes with the SHA-256 ${sha256}`,
    likely: 'the download was damaged, another process wrote it at the same time, or the source has changed',
    fix: 'run again',
  });
}

function causeOf(code: string): string | undefined {
  if (code === 'ECONNRESET') return 'the connection was cut';
  if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(code))
    return 'the cache folder cannot be written or is full';
  const offline = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT'];
  return offline.includes(code) ? 'this machine has no connection to the source' : undefined;
}
