import { basename, join, resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import { suggest, WellfitError } from '../base/index.ts';
import type { Store, StoredRun } from '../runs/store/index.ts';

/** Where runs are recorded unless --store or WELLFIT_STORE say otherwise. */
const ownStore = join('.wellfit', 'store.sqlite');

export const storeOption = (parser: Parser): Parser =>
  parser.option(
    '--store <place>',
    `where runs are recorded: a file, or postgres://…; default: $WELLFIT_STORE, else ${ownStore}`,
  );

export const storePlace = (store: unknown): string => (store as string) || process.env.WELLFIT_STORE || ownStore;

/** As it may be shown: without the password. */
export const shownPlace = (store: unknown): string => storePlace(store).replace(/(:\/\/[^:@/]*):[^@]*@/, '$1@');

/** Opens the store to read what is there and closes it after; undefined where there is none yet. */
export async function withStore<T>(given: unknown, work: (store: Store) => Promise<T>): Promise<T | undefined> {
  // Only what needs the database loads it.
  const { openStore, storeExists } = await import('../runs/store/index.ts');
  const place = storePlace(given);
  if (!storeExists(place)) return undefined;
  const store = await openStore(place);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export const noStore = (given: unknown): WellfitError =>
  new WellfitError('option', `there is no run store ${shownPlace(given)}`, {
    likely: 'nothing was trained in this folder yet',
    fix: 'start a run: wellfit train --dataset digits; or name a store with --store',
  });

/**
 * A run by its name, its id, the beginning of either if there is only one, its folder, or "last".
 * @throws WellfitError where there is none or several
 */
export function chooseRun(runs: readonly StoredRun[], given: string): StoredRun {
  const [last] = runs;
  if (given === 'last' && last) return last;
  // Newest first: of runs with the same name, the newest is meant.
  const exact = runs.find(({ id, name, folder }) => id === given || name === given || folder === resolve(given));
  if (exact) return exact;
  const begin = runs.filter(({ id, name }) => given !== '' && [id, name].some((text) => text.startsWith(given)));
  const names = [...new Set(begin.map(({ name }) => name))];
  if (names.length === 1) return begin[0];
  if (names.length > 1)
    throw new WellfitError('option', `several runs begin with "${given}"`, {
      received: names.slice(0, 10).join(', '),
      fix: 'give more of the name, or the id that "wellfit runs --json" shows',
    });
  const known = [...new Set(runs.slice(0, 20).map(({ name }) => name))];
  throw new WellfitError('option', `there is no run "${given}" in the run store`, {
    expected: 'the name or id of a run, its folder, or "last"',
    fix: known.length > 0 ? suggest(basename(given), known) : 'start a run: wellfit train --dataset digits',
  });
}
