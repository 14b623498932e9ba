import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { deserialize, serialize } from 'node:v8';
import type { Selectable } from 'kysely';
import { WellfitError } from '../../base/index.ts';
import { decode, encode } from '../codec.ts';
import { clockOf, type KeptRecord, type KeptStage } from '../study.ts';
import { keeperOf, ownedByAnother, type StudyEnding, type StudyKeeper, soon } from './keeper.ts';
import { isAlive, type Store } from './store.ts';
import type { StudyTables } from './studyTables.ts';
import { trialsOf } from './trials.ts';

/** What is known of a study when it begins. */
export interface StudyFacts {
  /** Of Wellfit. */
  readonly version: string;
  readonly settings: unknown;
  readonly stages: readonly KeptStage[];
  readonly plan: unknown;
  /** All that a worker elsewhere must know; bytes stay bytes. */
  readonly setup: unknown;
}

export interface StoredStudy {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly version: string;
  readonly state: 'running' | StudyEnding | 'killed';
  readonly settings: unknown;
  readonly plan: unknown;
  readonly summary?: unknown;
}

/** A study at a glance. */
export interface ListedStudy extends StoredStudy {
  /** Trials by state. */
  readonly counts: Readonly<Partial<Record<'running' | 'complete' | 'pruned' | 'failed', number>>>;
  /** The lowest first objective of a complete trial, as the study sees it: where higher is better, its sign is turned. */
  readonly best?: number;
}

export interface KeptStudy extends StoredStudy {
  readonly record: KeptRecord;
  readonly setup: unknown;
}

/** The studies of a store. */
export interface Studies {
  /**
   * Begins a study, which this process then owns.
   * @throws WellfitError where the name is taken
   */
  create(name: string, facts: StudyFacts, onTrouble?: (words: string) => void): Promise<StudyKeeper>;
  /**
   * Goes on with a study, which this process then owns; read it afterwards, so that nobody else writes it any more.
   * @throws WellfitError where there is none of this name, or the process that owns it still lives
   */
  open(name: string, onTrouble?: (words: string) => void): Promise<StudyKeeper>;
  /** Everything of one study; with `rest`, of its trials only those from a number on, and some before it. */
  read(
    name: string,
    rest?: { readonly from: number; readonly again: readonly number[] },
  ): Promise<KeptStudy | undefined>;
  /** Newest first. */
  list(): Promise<ListedStudy[]>;
  /** The same, without their trials. */
  heads(): Promise<StoredStudy[]>;
  /** What a worker must know. */
  setup(name: string): Promise<unknown>;
}

const silent = () => {};

export function studiesIn(store: Store): Studies {
  const { backend } = store;
  const { db, now } = backend;
  const studies = db.selectFrom('studies').selectAll().select(now.as('now'));
  const named = (name: string) => studies.where('name', '=', name).executeTakeFirst();

  return {
    async create(name, { version, settings, stages, plan, setup }, onTrouble = silent) {
      const mine = { ...owner(), seen: now, state: 'running' };
      const texts = { settings: encode(settings), stages: encode(stages), plan: encode(plan), summary: null };
      const begin = db
        .insertInto('studies')
        .values({ name, created: now, version, ...texts, setup: serialize(setup), ...mine })
        .onConflict((c) => c.doNothing())
        .compile();
      if (!(await soon(backend, [begin]))) throw taken(name, store.place);
      return keeperOf(store, name, mine.owner, stages, onTrouble);
    },

    async open(name, onTrouble = silent) {
      const row = await named(name);
      if (!row) throw unknown(name, store.place, await studies.select('name').execute());
      if (row.state === 'running' && isAlive(row, row.now))
        throw ownedByAnother(name, `process ${row.pid} on ${row.host} works on it`);
      const mine = { ...owner(), seen: now, state: 'running' };
      const take = db.updateTable('studies').set(mine).where('name', '=', name).where('owner', '=', row.owner);
      if (!(await soon(backend, [take.compile()]))) throw ownedByAnother(name);
      return keeperOf(store, name, mine.owner, decode(row.stages) as KeptStage[], onTrouble);
    },

    async read(name, rest = { from: 0, again: [] }) {
      const row = await named(name);
      if (!row) return undefined;
      const trials = await db
        .selectFrom('trials')
        .selectAll()
        .where('study', '=', name)
        .where((e) => e.or([e('number', '>=', rest.from), e('number', 'in', [-1, ...rest.again])]))
        .orderBy('number')
        .execute();
      const reports = await db
        .selectFrom('reports')
        .select(['number', 'attempt', 'step', 'value'])
        .where('study', '=', name)
        .where((e) => e.or([e('number', '>=', rest.from), e('number', 'in', [-1, ...rest.again])]))
        .orderBy('number')
        .orderBy('attempt')
        .orderBy('step')
        .execute();
      const jobs = await db.selectFrom('jobs').select(['number', 'claims']).where('study', '=', name).execute();
      const stages = decode(row.stages) as KeptStage[];
      const all = trialsOf(trials, reports, new Map(jobs.map(({ number, claims }) => [number, claims])));
      const record = { settings: decode(row.settings), stages, clock: clockOf(stages, all), trials: all };
      return { ...storedStudy(row), record, setup: bytesToSetup(row.setup, name) };
    },

    async heads() {
      return (await studies.orderBy('created', 'desc').execute()).map(storedStudy);
    },

    async setup(name) {
      const { setup } = await db
        .selectFrom('studies')
        .select('setup')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return bytesToSetup(setup, name);
    },

    async list() {
      const rows = await studies.orderBy('created', 'desc').execute();
      const counted = await db
        .selectFrom('trials')
        .select(['study', 'state', (e) => e.fn.countAll<number>().as('count'), (e) => e.fn.min('value').as('best')])
        .groupBy(['study', 'state'])
        .execute();
      return rows.map((row) => {
        const own = counted.filter(({ study }) => study === row.name);
        const best = own.find(({ state }) => state === 'complete')?.best ?? undefined;
        const counts = Object.fromEntries(own.map(({ state, count }) => [state, Number(count)]));
        return { ...storedStudy(row), counts, ...(best !== undefined && { best }) };
      });
    },
  };
}

const owner = () => ({ host: hostname(), pid: process.pid, owner: randomUUID() });

type Row = Selectable<StudyTables['studies']> & { readonly now: number };

const storedStudy = (row: Row): StoredStudy => ({
  name: row.name,
  created: row.created,
  version: row.version,
  state: row.state === 'running' && !isAlive(row, row.now) ? 'killed' : (row.state as StudyEnding),
  settings: decode(row.settings),
  plan: decode(row.plan),
  ...(row.summary !== null && { summary: decode(row.summary) }),
});

function bytesToSetup(bytes: Uint8Array, name: string): unknown {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new WellfitError('file', `the study "${name}" cannot be read by this version of Node`, {
      received: `Node ${process.version}: ${(error as Error).message}`,
      fix: 'use a newer Node',
    });
  }
}

const taken = (name: string, place: string): WellfitError =>
  new WellfitError('option', `a study "${name}" is in the run store ${place} already`, {
    fix: 'go on with it with --resume, or give this search another name with --name',
  });

const unknown = (name: string, place: string, all: readonly { readonly name: string }[]): WellfitError =>
  new WellfitError('option', `there is no study "${name}" in the run store ${place}`, {
    expected: all.length > 0 ? all.map((study) => study.name).join(', ') : 'a study that was begun with this store',
  });
