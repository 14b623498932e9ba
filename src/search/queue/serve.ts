import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { WellfitError } from '../../base/index.ts';
import { openStore, type Store, type StoredStudy, studiesIn } from '../../runs/store/index.ts';
import type { Worker } from '../run/job.ts';
import type { Setup } from '../run/setup.ts';
import { attend, type TrialEvent } from './attend.ts';
import { openBoss } from './boss.ts';
import { usual } from './coordinator.ts';
import { type Patiently, patience } from './patience.ts';

export type ServeEvent =
  | TrialEvent
  /** Nothing can be done yet, and why. */
  | { readonly kind: 'waiting'; readonly words: string }
  | { readonly kind: 'joined' | 'left'; readonly study: string }
  | { readonly kind: 'trouble'; readonly words: string };

export interface ServeOptions {
  /** Of Wellfit: only studies of the same are served. */
  readonly version: string;
  /** The only study to serve; whichever is running where it is left out. */
  readonly study?: string;
  /** Trials at a time. */
  readonly parallel: number;
  /** Makes what carries out trials; they are closed when the study is over. */
  readonly run: (setup: Setup, parallel: number) => readonly Worker[] | Promise<readonly Worker[]>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ServeEvent) => void;
  /** Milliseconds after which this worker counts as dead when it is silent; the same as where the study is run. */
  readonly lease?: number;
  /** Milliseconds for which a server that is gone is tried again. */
  readonly patience?: number;
}

/** Milliseconds between two looks for a study. */
const pause = 1000;

/**
 * Carries out trials of studies that run somewhere else, until the study that was asked for is over, or the signal comes.
 * @throws WellfitError where the store cannot be reached for a while, or the study was begun by another version of Wellfit
 */
export async function serve(url: string, options: ServeOptions): Promise<void> {
  const { lease = usual.lease, patience: time = usual.patience, onEvent = () => {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  const onTrouble = (words: string) => onEvent({ kind: 'trouble', words });
  const store = await openStore(url, { patience: time, onTrouble });
  const patiently = patience(store, time, onTrouble);
  const boss = await patiently(() => openBoss(url, false));
  try {
    for (let served = false; !signal.aborted; served = true) {
      const study = await nextStudy(store, options, served, signal, patiently, onEvent);
      if (study === undefined) return;
      const workers = await options.run(
        (await patiently(() => studiesIn(store).setup(study))) as Setup,
        options.parallel,
      );
      try {
        // Data that are not those of the study are found out before a trial is taken.
        await Promise.all(workers.map((worker) => worker.ready?.(signal)));
        onEvent({ kind: 'joined', study });
        await attend({ store, boss, study, workers, lease, signal, patiently, onEvent });
      } finally {
        await Promise.all(workers.map((worker) => worker.close?.()));
      }
      onEvent({ kind: 'left', study });
    }
  } finally {
    await boss.stop({ graceful: false }).catch(() => {});
    await store.close();
  }
}

/** Waits for a study that needs workers; undefined where there will be none. */
async function nextStudy(
  store: Store,
  { study: wanted, version }: ServeOptions,
  served: boolean,
  signal: AbortSignal,
  patiently: Patiently,
  onEvent: (event: ServeEvent) => void,
): Promise<string | undefined> {
  const studies = studiesIn(store);
  let said: string | undefined;
  while (!signal.aborted) {
    const all = (await patiently(() => studies.heads())).filter(({ name }) => wanted === undefined || name === wanted);
    const running = all.filter(({ state }) => state === 'running');
    const [strange] = running.filter((study) => study.version !== version);
    if (wanted !== undefined && strange) throw otherVersion(strange, version);
    const fitting = running.find((study) => study.version === version);
    if (fitting) return fitting.name;
    if (wanted !== undefined && served && all[0]?.state === 'finished') return undefined;
    const words = strange ? otherVersion(strange, version).message : nothingYet(wanted, store.place);
    if (words !== said) onEvent({ kind: 'waiting', words });
    said = words;
    await wait(pause, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

const nothingYet = (study: string | undefined, place: string): string =>
  study === undefined
    ? `no study is running in the run store ${place}; waiting for one`
    : `the study "${study}" is not running in the run store ${place}; waiting for it`;

const otherVersion = ({ name, version }: StoredStudy, own: string): WellfitError =>
  new WellfitError('option', `the study "${name}" was begun by another version of Wellfit`, {
    expected: `Wellfit ${version}, as where the study runs`,
    received: `Wellfit ${own} on ${hostname()}`,
    fix: `install Wellfit ${version} on this machine`,
  });
