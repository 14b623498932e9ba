import { resolve } from 'node:path';
import type { Finding } from '../doctor/index.ts';
import { recordRun } from '../runs/background/index.ts';
import type { RunEnding, RunFacts } from '../runs/store/index.ts';
import type { TrainEvent } from '../train/index.ts';
import type { Io } from './command.ts';
import { storePlace } from './store.ts';

/** Writes a training into the run store. */
export interface Recorder {
  onEvent(event: TrainEvent): void;
  finding(finding: Finding): void;
  log(text: string): void;
  /** To be called once, however the training ends. */
  finish(ending: RunEnding, results?: unknown): Promise<void>;
}

/** What tells how far the work is, and is of no use afterwards. */
const passing = ['fit', 'search', 'progress'];

/**
 * Begins to record a run; with `resume`, goes on with the record of the same folder. What the store has against it is told, and the run goes on
 * without.
 */
export function openRecorder(
  { store, resume = false, ...facts }: RunFacts & { readonly store?: string; readonly resume?: boolean },
  io: Io,
): Recorder {
  const work = { place: storePlace(store), facts: { ...facts, folder: resolve(facts.folder) }, resume };
  let run: ReturnType<typeof recordRun> | undefined;
  let update: number | undefined;
  // A training that is refused before it begins leaves no record.
  const opened = () => {
    run ??= recordRun(work, (words) => io.say(`note: ${words}`));
    return run;
  };
  const write = (kind: string, body: object) => {
    opened().write({ kind, time: Date.now(), update, body });
  };
  return {
    onEvent({ kind, ...body }) {
      update = updateOf(body) ?? update;
      if (!passing.includes(kind)) write(kind, body);
    },
    finding: (finding) => write('finding', { finding }),
    log: (text) => write('log', { text }),
    finish: async (ending, results) => (ending === 'failed' ? run : opened())?.finish(ending, results),
  };
}

/** The updates done when an event happens, where it tells. */
function updateOf(body: object): number | undefined {
  const { update, first, loss, signals } = body as {
    update?: number;
    first?: number;
    loss?: ArrayLike<number>;
    signals?: { update: number };
  };
  if (first !== undefined && loss) return first + loss.length - 1;
  return update ?? signals?.update;
}
