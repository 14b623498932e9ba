import { parentPort, workerData } from 'node:worker_threads';
import { WellfitError } from '../../base/index.ts';
import { decode } from '../codec.ts';
import type { RunEvent } from '../event.ts';
import { openRun, openStore } from '../store/index.ts';
import type { ToThread, Work } from './record.ts';

// The thread of `recordRun`: writes what it is sent into the store, and ends when the run has ended.
const port = parentPort!;
const { place, facts, resume } = workerData as Work;
const tell = (words: string) => port.postMessage(words);

try {
  const store = await openStore(place);
  const run = await openRun(store, facts, tell, resume);
  port.on('message', async (message: ToThread) => {
    if ('events' in message) for (const event of decode(message.events) as RunEvent[]) run.write(event);
    else {
      await run.finish(message.ending, (decode(message.rest) as { results?: unknown }).results);
      await store.close();
      port.close();
    }
  });
} catch (error) {
  const { message, facts } = error instanceof WellfitError ? error : { message: String(error), facts: undefined };
  const why = facts?.received ? ` (${facts.received})` : '';
  tell(`${message.split('\n')[0]}${why}; this run is not recorded`);
  port.close();
}
