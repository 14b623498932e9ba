import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { WellfitError } from '../base/index.ts';
import { encode } from '../runs/index.ts';
import { fill, type Values } from '../search/index.ts';
import { assetAt } from './assets.ts';
import { tellNews } from './events.ts';
import { type Mirrored, mirrorOf } from './mirror.ts';
import type { StudySource } from './source.ts';
import { columnsOf, headOf } from './wire.ts';

export interface ServeOptions {
  readonly studies: StudySource;
  /** Where another program has it, the next free one is taken; 0 for any. */
  readonly port: number;
  /** 127.0.0.1 unless said: nobody else can reach it. */
  readonly host?: string;
}

export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

/** Ports that are tried from the first on. */
const tries = 20;

/**
 * The page over studies, and the data that it shows. It only reads.
 * @throws WellfitError where no port is free, or the address is none of this machine
 */
export async function serve({ studies, port, host = '127.0.0.1' }: ServeOptions): Promise<Serving> {
  const answer = answerer(studies);
  const server = createServer((request, response) => {
    if (!isLocalName(request.headers.host, host)) return refuse(response, 403, 'this page answers to local names only');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'this page only reads');
    answer(request, response).catch((error: Error) => {
      const [words] = error.message.split('\n');
      if (response.headersSent) response.destroy();
      else refuse(response, 500, words);
    });
  });
  const taken = await listen(server, host, port);
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, host: string, first: number): Promise<number> {
  for (let port = first; ; port++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    if (!error) return (server.address() as AddressInfo).port;
    if (error.code === 'EADDRINUSE' && port < Math.min(65_535, first + tries - 1)) continue;
    const used = error.code === 'EADDRINUSE';
    throw new WellfitError('option', `the page cannot be served at ${host}, port ${port}`, {
      received: used ? `other programs have the ports ${first} to ${port}` : error.message,
      fix:
        used || error.code === 'EACCES'
          ? 'name another port, as in --port 8080, or any free one with --port 0'
          : 'name an address of this machine with --host',
    });
  }
}

/**
 * Whether a request was meant for this machine. Somebody else's page can make its own name point here and then read what is answered (DNS rebinding);
 * the name that it was reached by gives it away.
 */
function isLocalName(header: string | undefined, host: string): boolean {
  const name = header
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return (
    name !== undefined &&
    (name === 'localhost' || name.endsWith('.localhost') || isIP(name) > 0 || name === host.toLowerCase())
  );
}

const safety = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const send = (response: ServerResponse, type: string, body: Buffer | string, status = 200) =>
  void response.writeHead(status, { 'content-type': type, ...safety }).end(body);
const sendJson = (response: ServerResponse, value: unknown, status = 200) =>
  send(response, 'application/json; charset=utf-8', encode(value), status);
const refuse = (response: ServerResponse, status: number, error: string) => sendJson(response, { error }, status);

/** What stands at which address. */
function answerer(studies: StudySource): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const look = mirrorOf(studies);
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const parts = partsOf(pathname);
    if (parts?.[0] !== 'api') {
      const asset = parts && (await assetAt(pathname));
      return asset ? send(response, asset.type, asset.body) : refuse(response, 404, `there is no file ${pathname}`);
    }
    const [, what, name, detail, number] = parts;
    if (what !== 'studies' || parts.length > 5) return refuse(response, 404, `there is nothing at ${pathname}`);
    if (name === undefined) return sendJson(response, { studies: (await studies.list()).map(listed) });
    const study = await look(name);
    if (!study) return refuse(response, 404, `there is no study "${name}"`);
    if (detail === undefined) return sendJson(response, wireOf(study));
    if (detail === 'events' && number === undefined) {
      const since = Number(request.headers['last-event-id'] ?? searchParams.get('since') ?? 0);
      return tellNews(request, response, () => look(name), since);
    }
    if (detail !== 'trials' || number === undefined) return refuse(response, 404, `there is nothing at ${pathname}`);
    const trial = study.record.trials[Number(number)];
    if (!trial) return refuse(response, 404, `the study "${name}" has no trial ${number}`);
    return sendJson(response, { ...trial, experiment: experimentOf(study, trial.values) });
  };
}

/** Undefined where an address is no text. */
function partsOf(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function wireOf(study: Mirrored) {
  const head = headOf(study);
  return { head, trials: columnsOf(study.record.trials, head) };
}

type Listed = Awaited<ReturnType<StudySource['list']>>[number];

const listed = ({ name, created, state, settings, counts, best }: Listed) => {
  const { objectives = [] } = settings as { objectives?: { better: string }[] };
  const sign = objectives[0]?.better === 'higher' ? -1 : 1;
  return { name, created, state, objectives, counts, ...(best !== undefined && { best: sign * best }) };
};

/** The experiment of a trial, as "wellfit train" takes it; its values alone where the study is not of an experiment. */
function experimentOf({ kept }: Mirrored, values: Values): unknown {
  const { template } = { ...(kept.setup as object), ...(kept.plan as object) } as { template?: unknown };
  return template === undefined ? values : fill(template, values);
}
