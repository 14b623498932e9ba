import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { encode } from '../runs/index.ts';
import type { TrialRecord } from '../search/index.ts';
import type { Mirrored } from './mirror.ts';
import { columnsOf, headOf } from './wire.ts';

/** Milliseconds between two looks, and between two signs of life where nothing happens. */
const [pause, quiet] = [500, 15_000];

/**
 * Tells what is new in a study, as server-sent events, until the reader goes away.
 * @param since the time of the study up to which the reader knows what was told
 */
export async function tellNews(
  request: IncomingMessage,
  response: ServerResponse,
  look: () => Promise<Mirrored | undefined>,
  since: number,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  response.write('retry: 1000\n\n');
  const gone = new AbortController();
  request.on('close', () => gone.abort());
  let sent: readonly (TrialRecord | undefined)[] | undefined;
  let [said, last] = ['', Date.now()];
  while (!gone.signal.aborted) {
    // A store that cannot be read for a moment is tried again; the reader still hears that somebody is there.
    const now = await look().catch(() => undefined);
    if (gone.signal.aborted) return;
    if (now) {
      const { trials } = now.record;
      sent ??= trials.map((trial) => ((trial.told ?? Number.POSITIVE_INFINITY) < since ? trial : undefined));
      const news = trials.filter((trial, i) => sent![i] !== trial);
      sent = trials;
      const head = headOf(now);
      const facts = encode({ ...head, clock: 0 });
      if (news.length > 0 || facts !== said) {
        response.write(`id: ${head.clock}\nevent: news\ndata: ${encode({ head, trials: columnsOf(news, head) })}\n\n`);
        [said, last] = [facts, Date.now()];
      }
    }
    if (Date.now() - last > quiet) {
      response.write(': still here\n\n');
      last = Date.now();
    }
    await wait(pause, undefined, { signal: gone.signal }).catch(() => {});
  }
}
