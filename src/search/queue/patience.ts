import { setTimeout as wait } from 'node:timers/promises';
import { duration, WellfitError } from '../../base/index.ts';
import type { Store } from '../../runs/store/index.ts';

/** Tries again what fails because the server cannot be reached. */
export type Patiently = <T>(act: () => Promise<T>) => Promise<T>;

/** Milliseconds between two tries, and without trouble before the next trouble is told. */
const pause = 250;
const quiet = 5000;

/**
 * @param patience milliseconds after which it is given up
 * @param onTrouble hears once of each time that the server is gone
 */
export function patience({ place, backend }: Store, patience: number, onTrouble: (words: string) => void): Patiently {
  let [gone, said] = [undefined as number | undefined, 0];
  return async (act) => {
    for (;;) {
      try {
        const result = await act();
        gone = undefined;
        return result;
      } catch (error) {
        if (backend.isBusy(error)) continue;
        if (!backend.isGone(error)) throw error;
        gone ??= Date.now();
        if (Date.now() - said > quiet)
          onTrouble(`the run store ${place} cannot be reached (${(error as Error).message}); it is tried again`);
        said = Date.now();
        if (Date.now() - gone > patience) throw lost(place, patience, error as Error);
        await wait(pause);
      }
    }
  };
}

const lost = (place: string, patience: number, { message }: Error): WellfitError =>
  new WellfitError('file', `the run store ${place} cannot be reached`, {
    received: message,
    likely: `the server was gone for ${duration(patience / 1000)}`,
    fix: 'start the server, then go on with the study with --resume',
  });
