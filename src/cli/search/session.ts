import { WellfitError } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { StudyKeeper } from '../../runs/store/index.ts';
import {
  type CarryOutOptions,
  type SearchPlan,
  type Setup,
  Study,
  type StudyRecord,
  setupOf,
} from '../../search/index.ts';
import { checkSameData } from '../../train/index.ts';
import type { Io } from '../command.ts';
import { storePlace } from '../store.ts';

/** A study that this process owns, and who carries out its trials. */
export interface Session {
  readonly options: Pick<CarryOutOptions, 'workers' | 'saved' | 'onChange' | 'resume'>;
  /** Writes everything down. */
  close(ending: 'finished' | 'interrupted' | 'failed', summary?: unknown): Promise<void>;
}

/** A study that goes on: its plan, and what is known of it. */
export interface Kept {
  readonly plan: SearchPlan;
  readonly record: StudyRecord;
}

export interface SessionOptions {
  readonly store: unknown;
  readonly workers: number;
  readonly io: Io;
}

/** What is kept of a study. */
export async function readStudy(name: string, store: unknown): Promise<Kept> {
  const { openStore, studiesIn } = await import('../../runs/store/index.ts');
  const opened = await openStore(storePlace(store));
  try {
    const kept = await studiesIn(opened).read(name);
    if (!kept) {
      const known = (await studiesIn(opened).heads()).map((one) => one.name);
      throw new WellfitError('option', `there is no study "${name}" in the run store`, {
        fix:
          known.length > 0 ? `one of: ${known.slice(0, 10).join(', ')}` : 'begin one: wellfit search --dataset digits',
      });
    }
    return { plan: kept.plan as SearchPlan, record: kept.record as StudyRecord };
  } finally {
    await opened.close();
  }
}

/** Begins a study, or goes on with one. With a server, trials are handed out through it, to the workers of this process as well. */
export async function openSession(
  dataset: Dataset,
  plan: SearchPlan,
  resume: boolean,
  { store, workers, io }: SessionOptions,
): Promise<Session> {
  const { isPostgres, openStore, studiesIn } = await import('../../runs/store/index.ts');
  const { processWorkers } = await import('../../search/workers/index.ts');
  const place = storePlace(store);
  const opened = await openStore(place);
  const studies = studiesIn(opened);
  const onTrouble = (words: string) => io.say(`note: ${words}`);
  const setup = setupOf(dataset, plan);
  const { name } = plan.settings;
  let keeper: StudyKeeper;
  let record: StudyRecord | undefined;
  try {
    if (resume) {
      keeper = await studies.open(name, onTrouble);
      const kept = (await studies.read(name))!;
      record = kept.record as StudyRecord;
      checkSameData((kept.setup as Setup).fingerprint, setup.fingerprint, `the study "${name}" was begun`);
    } else {
      const { settings, stages } = Study.begin(plan.settings, plan.space).record;
      keeper = await studies.create(name, { version: io.version, settings, stages, plan, setup }, onTrouble);
    }
  } catch (error) {
    await opened.close();
    throw error;
  }
  if (!isPostgres(place)) {
    const pool = processWorkers(setup, workers);
    return {
      options: { workers: pool, saved: keeper.saved, onChange: (change) => keeper.change(change), resume: record },
      async close(ending, summary) {
        await Promise.all(pool.map((worker) => worker.close()));
        await keeper.close(ending, summary);
        await opened.close();
      },
    };
  }
  const { queueWorkers, serve } = await import('../../search/queue/index.ts');
  const stop = new AbortController();
  const queue = await queueWorkers(place, opened, keeper, {
    onEvent(event) {
      if (event.kind === 'trouble') onTrouble(event.words);
      else if (event.kind === 'lost')
        onTrouble(`the worker of trial ${event.number} went silent; the trial is given to another one`);
    },
  });
  const own =
    workers === 0
      ? undefined
      : serve(place, {
          version: io.version,
          study: name,
          parallel: workers,
          run: processWorkers,
          signal: stop.signal,
        }).catch((error: Error) => onTrouble(`the workers of this process ended: ${error.message}`));
  return {
    options: { workers: queue.workers, saved: queue.saved, onChange: queue.onChange, resume: record },
    async close(ending, summary) {
      await queue.close();
      stop.abort();
      await own;
      await keeper.close(ending, summary);
      await opened.close();
    },
  };
}
