import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { encode } from '../codec.ts';
import type { RunEvent } from '../event.ts';
import type { RunEnding, RunFacts } from '../store/index.ts';

/** What the thread is to work on. */
export interface Work {
  readonly place: string;
  readonly facts: RunFacts;
  readonly resume: boolean;
}

/** Events as a text of the codec; then, once, how the run ended. */
export type ToThread = { readonly events: string } | { readonly ending: RunEnding; readonly rest: string };

/** Milliseconds, and events, after which what has happened is handed over. */
const pause = 250;
const batch = 512;
/** Milliseconds that the end of a run waits for a store that does not answer. */
const patience = 15_000;

/** Records one run. Nothing here throws or keeps the training waiting. */
export interface RunRecorder {
  write(event: RunEvent): void;
  /** Resolves when the store holds everything, or cannot. */
  finish(ending: RunEnding, results?: unknown): Promise<void>;
}

/**
 * Records a run in a thread of its own, so that neither the database nor a slow disk ever stops the training: what is left to the caller is to
 * turn events into text. `onTrouble` hears, in words, that the store cannot be used or that events were lost.
 */
export function recordRun(work: Work, onTrouble: (words: string) => void): RunRecorder {
  const source = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
  // What Node was told for the program, such as --input-type, is not for the thread.
  const thread = new Worker(new URL(source, import.meta.url), { workerData: work, execArgv: [] });
  thread.on('message', onTrouble);
  thread.on('error', ({ message }) => onTrouble(`the run is not recorded any more: ${message}`));
  const gone = once(thread, 'exit').catch(() => {});
  // Not before the listeners, which would hold the process again.
  thread.unref();
  let waiting: string[] = [];
  let handed = Date.now();
  const send = (message: ToThread) => thread.postMessage(message);
  const handOver = () => {
    if (waiting.length > 0) send({ events: `[${waiting.join(',')}]` });
    waiting = [];
    handed = Date.now();
  };
  const timer = setInterval(handOver, pause).unref();
  return {
    write(event) {
      try {
        waiting.push(encode(event));
      } catch (error) {
        onTrouble(`an event of the kind "${event.kind}" cannot be recorded: ${(error as Error).message}`);
      }
      // A training can keep a timer waiting for long.
      if (waiting.length >= batch || event.time - handed > pause) handOver();
    },
    async finish(ending, results) {
      clearInterval(timer);
      handOver();
      send({ ending, rest: encode({ results }) });
      const silent = new AbortController();
      const late = wait(patience, 'late', { signal: silent.signal }).catch(() => {});
      if ((await Promise.race([gone, late])) === 'late')
        onTrouble('the run store does not answer; the end of this run is not in it');
      silent.abort();
      // A thread that hangs in the system cannot even be ended.
      await Promise.race([thread.terminate(), wait(1000, undefined, { ref: false })]);
    },
  };
}
