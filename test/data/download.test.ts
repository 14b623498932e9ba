import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { grouped } from '../../src/base/index.ts';
import { download, type Progress, type RemoteFile } from '../../src/data/readers/download.ts';
import { fetchFiles } from '../../src/data/readers/sources.ts';
import { type Answer, messageOf, type Server, serve, tar, temporaryFolder, wellBehaved } from './support.ts';

const bytes = new Uint8Array(300_000).map((_, i) => (i * i * 7) % 253);
const half = 150_000;

const remote = (name: string, content: Uint8Array): RemoteFile => ({
  name,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

const file = remote('a.bin', bytes);
let folder: string;
let path: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'set', 'a.bin');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(folder, { recursive: true });
});

async function start(answer: Answer, files: Record<string, Uint8Array> = { 'a.bin': bytes }): Promise<Server> {
  const server = await serve(files, answer);
  servers.push(server);
  return server;
}

const urlOf = (server: Server): URL => new URL('a.bin', server.base);

/** Buffer.equals, since toEqual takes a second for so many bytes. */
const expectWhole = async () => expect((await readFile(path)).equals(bytes)).toBe(true);

const listing = (): Promise<string[]> => readdir(join(folder, 'set'));

/** Sends half of the file and hangs up. */
const cutting: Answer = (_, response, whole) => {
  response.writeHead(200, { 'content-length': whole.length });
  response.write(whole.subarray(0, half), () => response.socket!.end());
};

describe('a download', () => {
  test('brings the file, says how far it is and leaves nothing else', async () => {
    const server = await start(wellBehaved);
    const progress: Progress[] = [];
    await download(urlOf(server), path, file, (report) => progress.push(report));
    await expectWhole();
    expect(await listing()).toEqual(['a.bin']);
    const done = progress.map((report) => report.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ file: 'a.bin', done: 300_000, total: 300_000 });
  });

  test('goes on where a cut connection left it', async () => {
    const cut = await start(cutting);
    const message = await messageOf(() => download(urlOf(cut), path, file));
    expect(message).toContain('the connection was cut');
    expect(await listing()).toEqual(['a.bin.part']);
    const { size } = await stat(`${path}.part`);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(half);
    expect(message).toContain(`run again to go on after ${grouped(size)} of 300,000 bytes`);

    const server = await start(wellBehaved);
    const progress: Progress[] = [];
    await download(urlOf(server), path, file, (report) => progress.push(report));
    expect(server.requests).toEqual([`/a.bin bytes=${size}-`]);
    expect(progress[0].done).toBeGreaterThan(size);
    await expectWhole();
  });

  test('starts anew where the server cannot go on', async () => {
    await messageOf(async () => download(urlOf(await start(cutting)), path, file));
    const server = await start((_, response, whole) => response.end(whole));
    await download(urlOf(server), path, file);
    await expectWhole();
  });

  test('starts anew where more has come than there is', async () => {
    await messageOf(async () => download(urlOf(await start(cutting)), path, file));
    await writeFile(`${path}.part`, new Uint8Array(300_001));
    const server = await start(wellBehaved);
    await download(urlOf(server), path, file);
    expect(server.requests).toEqual(['/a.bin']);
    await expectWhole();
  });

  test('follows the file to another address', async () => {
    const server = await start(wellBehaved);
    const old = await start((_, response) => response.writeHead(302, { location: `${server.base}a.bin` }).end());
    await download(urlOf(old), path, file);
    await expectWhole();
  });

  test('keeps a .gz file compressed, whatever the server calls it', async () => {
    const packed = gzipSync(bytes);
    const server = await start(
      (_, response, whole) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(whole),
      { 'a.bin': packed },
    );
    await download(urlOf(server), path, remote('a.bin', packed));
    expect(packed.equals(await readFile(path))).toBe(true);
  });
});

describe('a download fails with one clear message and leaves no file', () => {
  test('wrong SHA-256: both are named, the copy is removed', async () => {
    const wrong = bytes.with(1000, bytes[1000] ^ 1);
    const server = await start(wellBehaved, { 'a.bin': wrong });
    const message = await messageOf(() => download(urlOf(server), path, file));
    expect(message).toContain(`${server.base}a.bin is not the file it should be`);
    expect(message).toContain(file.sha256);
    expect(message).toContain(remote('a.bin', wrong).sha256);
    expect(await listing()).toEqual([]);
  });

  test('a sign-in page in place of the file', async () => {
    const page = new TextEncoder().encode('<html>Sign in</html>');
    const server = await start(wellBehaved, { 'a.bin': page });
    const message = await messageOf(() => download(urlOf(server), path, file));
    expect(message).toContain('300,000 bytes');
    expect(message).toContain('20 bytes, HTTP status 200');
    expect(await listing()).toEqual([]);
  });

  test('not found', async () => {
    const server = await start(wellBehaved, {});
    expect(await messageOf(() => download(urlOf(server), path, file))).toContain('HTTP status 404');
    expect(await listing()).toEqual([]);
  });

  test('nobody answers', async () => {
    const server = await serve({}, wellBehaved);
    await server.close();
    const message = await messageOf(() => download(urlOf(server), path, file));
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain('no connection to the source');
    expect(await listing()).toEqual([]);
  });

  test('the folder cannot be made', async () => {
    const server = await start(wellBehaved);
    await writeFile(join(folder, 'set'), 'a file in the way');
    const message = await messageOf(() => download(urlOf(server), path, file));
    expect(message).toContain(`downloading ${server.base}a.bin failed`);
    expect(message).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe('an archive', () => {
  const one = Uint8Array.of(1, 2, 3);
  const two = new Uint8Array(700).fill(7);
  const archive = gzipSync(tar({ 'set/two.bin': two, 'set/../../evil.bin': one, 'set/one.bin': one }));
  const source = { files: [remote('set.tar.gz', archive)], members: ['one.bin', 'two.bin'] };

  test('is unpacked and removed; nothing but the files asked for is written', async () => {
    const server = await start(wellBehaved, { 'set.tar.gz': archive });
    await fetchFiles({ ...source, base: server.base }, join(folder, 'set'));
    expect(await listing()).toEqual(['one.bin', 'two.bin']);
    expect(await readFile(join(folder, 'set', 'one.bin'))).toEqual(Buffer.from(one));
    expect(await readFile(join(folder, 'set', 'two.bin'))).toEqual(Buffer.from(two));
    expect(await readdir(folder)).toEqual(['set']);
  });

  test('is not downloaded twice where unpacking was interrupted', async () => {
    const server = await start(wellBehaved, { 'set.tar.gz': archive });
    await download(new URL('set.tar.gz', server.base), join(folder, 'set', 'set.tar.gz'), source.files[0]);
    await fetchFiles({ ...source, base: server.base }, join(folder, 'set'));
    expect(server.requests).toEqual(['/set.tar.gz']);
    expect(await listing()).toEqual(['one.bin', 'two.bin']);
  });

  test('without a file that it should hold is refused', async () => {
    const server = await start(wellBehaved, { 'set.tar.gz': archive });
    const members = ['one.bin', 'three.bin'];
    const act = () => fetchFiles({ ...source, members, base: server.base }, join(folder, 'set'));
    expect(await messageOf(act)).toContain('set.tar.gz lacks three.bin');
  });
});
