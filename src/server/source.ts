import {
  type KeptStudy,
  type ListedStudy,
  openStore,
  type Store,
  storeExists,
  studiesIn,
} from '../runs/store/index.ts';

/** Trials that are wanted beside what is known: those from a number on, and some before it. */
export interface Rest {
  readonly from: number;
  readonly again: readonly number[];
}

/** Where the page's studies come from. */
export interface StudySource {
  /** Newest first. */
  list(): Promise<ListedStudy[]>;
  /** A study, with the wanted trials at least: it may always be all of them. */
  read(name: string, rest?: Rest): Promise<KeptStudy | undefined>;
}

export interface OpenedSource extends StudySource {
  close(): Promise<void>;
}

/**
 * The studies of a store that may not be there yet: until it is, there are none.
 * @param place a path, or a URL of a PostgreSQL server
 */
export function studiesAt(place: string): OpenedSource {
  let opening: Promise<Store> | undefined;
  const opened = async (): Promise<StudySource | undefined> => {
    if (!opening && !storeExists(place)) return undefined;
    opening ??= openStore(place);
    try {
      return studiesIn(await opening);
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return {
    list: async () => (await opened())?.list() ?? [],
    read: async (name, rest) => (await opened())?.read(name, rest),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}
