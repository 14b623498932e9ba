import { sql } from 'kysely';
import { decode, encode } from '../codec.ts';
import type { KeptReport } from '../study.ts';
import type { Store } from './store.ts';
import { numberOrNull } from './trials.ts';

/** A job that somebody took; the claim is what all that he writes is held against. */
export interface Held {
  readonly number: number;
  readonly claim: number;
}

export interface JobState extends Held {
  /** How often it was begun. */
  readonly tries: number;
  readonly outcome?: unknown;
}

/** What was told of a job by whoever holds it, and not looked at yet. */
export interface JobReports {
  readonly states: readonly JobState[];
  readonly reports: readonly (Held & KeptReport)[];
}

/** The jobs of one study: for the process that hands them out, and for those that carry them out. Every time is that of the database. */
export interface Jobs {
  /** Makes a job known; one with the same task keeps what was done of it. @param claim that attempts come after */
  offer(number: number, claim: number, task: unknown): Promise<void>;
  /** Takes jobs away from those who were silent for too long, so that they can be given to others. */
  lapsed(): Promise<Omit<JobState, 'outcome'>[]>;
  watch(): Promise<JobReports>;
  /** What was handed in with an outcome. */
  bytesOf(number: number): Promise<Uint8Array | undefined>;
  /** Notes that reports were looked at up to a step, and whether the trial should end. */
  judge(answers: readonly (Held & { readonly step: number; readonly prune: boolean })[]): Promise<void>;
  /** Takes a job away from whoever has it, and gives it to nobody until it is offered again. */
  withdraw(number: number): Promise<void>;
  /** How many jobs the workers that live can carry out at a time. */
  capacity(): Promise<number>;

  /** Says that a worker lives. */
  join(worker: {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly parallel: number;
  }): Promise<void>;
  leave(id: string): Promise<void>;
  /** @returns undefined where somebody else has the job, or it is done */
  claim(
    number: number,
    holder: string,
  ): Promise<(Held & { readonly task: unknown; readonly saved?: Uint8Array }) | undefined>;
  /** Those of a worker's jobs that are still his, for as long again. */
  renew(
    holder: string,
    numbers: readonly number[],
  ): Promise<(Held & { readonly judged: number; readonly prune: boolean })[]>;
  /** These three change nothing, and say false, where the job was taken away. */
  report(held: Held, report: KeptReport): Promise<boolean>;
  save(held: Held, bytes: Uint8Array): Promise<boolean>;
  finish(held: Held, outcome: unknown, bytes?: Uint8Array): Promise<boolean>;
  /** Gives a job back undone. @param innocent whether it is not counted as a try */
  release(held: Held, innocent: boolean): Promise<void>;
}

/** Who holds a job that was withdrawn, for ever. */
const nobody = { holder: '-', lease_until: 1e300 };

/** @param lease milliseconds for which a worker may be silent */
export function jobsOf({ backend: { db, now } }: Store, study: string, lease: number): Jobs {
  const later = sql<number>`${now} + ${lease}`;
  const jobs = () => db.updateTable('jobs').where('study', '=', study);
  /** Rows are taken in the order of their numbers, so that two who want several do not wait for each other. */
  const inOrder = db.selectFrom('jobs').select('number').where('study', '=', study).orderBy('number').forUpdate();
  const free = { holder: null, lease_until: later };
  const nextClaim = sql<number>`claims + 1`;
  /** Renews the lease of whoever still holds the job; what he writes hangs on the row that this finds. */
  const own = ({ number, claim }: Held) =>
    jobs().where('number', '=', number).where('claims', '=', claim).where('outcome', 'is', null);
  const found = (result: { readonly numInsertedOrUpdatedRows?: bigint }) => result.numInsertedOrUpdatedRows! > 0n;

  return {
    async offer(number, claim, task) {
      const text = encode(task);
      const fresh = { task: text, tries: 0, judged: 0, prune: 0, outcome: null, bytes: null, ...free };
      await db.transaction().execute(async (all) => {
        const rows = all.selectFrom('jobs').select('task').where('study', '=', study).where('number', '=', number);
        const known = await rows.forUpdate().executeTakeFirst();
        const change = all.updateTable('jobs').where('study', '=', study).where('number', '=', number);
        if (!known) {
          const row = { study, number, claims: claim, ...fresh };
          await all.insertInto('jobs').values(row).execute();
        } else if (known.task === text) await change.set(free).where('holder', '=', nobody.holder).execute();
        else {
          // Whoever chose the first one of this number died before it was written down: nothing goes on from there.
          await change.set({ ...fresh, claims: sql`greatest(claims, ${claim}::integer) + 1` }).execute();
          for (const table of ['saved', 'reports'] as const)
            await all.deleteFrom(table).where('study', '=', study).where('number', '=', number).execute();
        }
      });
    },
    async lapsed() {
      const rows = await jobs()
        .set({ ...free, claims: nextClaim })
        .where('number', 'in', inOrder.where('outcome', 'is', null).where('lease_until', '<', now))
        .returning(['number', 'claims', 'tries'])
        .execute();
      return rows.map(({ number, claims, tries }) => ({ number, claim: claims, tries }));
    },
    async watch() {
      const states = await db
        .selectFrom('jobs')
        .select(['number', 'claims', 'tries', 'outcome'])
        .where('study', '=', study)
        .execute();
      const reports = await db
        .selectFrom('jobs')
        .innerJoin('reports', (j) =>
          j.onRef('reports.study', '=', 'jobs.study').onRef('reports.number', '=', 'jobs.number'),
        )
        .select(['reports.number', 'reports.attempt', 'reports.step', 'reports.value'])
        .where('jobs.study', '=', study)
        .whereRef('reports.attempt', '=', 'jobs.claims')
        .whereRef('reports.step', '>', 'jobs.judged')
        .orderBy('reports.number')
        .orderBy('reports.step')
        .execute();
      return {
        states: states.map(({ number, claims, tries, outcome }) => ({
          number,
          claim: claims,
          tries,
          ...(outcome !== null && { outcome: decode(outcome) }),
        })),
        reports: reports.map(({ number, attempt, step, value }) => ({
          number,
          claim: attempt,
          step,
          value: value ?? Number.NaN,
        })),
      };
    },
    async bytesOf(number) {
      const rows = db.selectFrom('jobs').select('bytes').where('study', '=', study).where('number', '=', number);
      const bytes = (await rows.executeTakeFirst())?.bytes;
      return bytes ? new Uint8Array(bytes) : undefined;
    },
    async judge(answers) {
      const all = sql<{ number: number; claim: number; step: number; prune: number }>`unnest(
        ${answers.map(({ number }) => number)}::integer[], ${answers.map(({ claim }) => claim)}::integer[],
        ${answers.map(({ step }) => step)}::integer[], ${answers.map(({ prune }) => Number(prune))}::integer[])`;
      await jobs()
        .from(all.as<'answer'>(sql`answer(number, claim, step, prune)`))
        .set({ judged: sql`answer.step`, prune: sql`greatest(jobs.prune, answer.prune)` })
        .where(
          'jobs.number',
          'in',
          inOrder.where(
            'number',
            'in',
            answers.map(({ number }) => number),
          ),
        )
        .whereRef('jobs.number', '=', 'answer.number')
        .whereRef('jobs.claims', '=', 'answer.claim')
        .execute();
    },
    async withdraw(number) {
      await jobs()
        .set({ ...nobody, claims: nextClaim })
        .where('number', '=', number)
        .where('outcome', 'is', null)
        .execute();
    },
    async capacity() {
      const row = await db
        .selectFrom('workers')
        .select((e) => e.fn.sum<string | null>('parallel').as('sum'))
        .where('study', '=', study)
        .where('seen', '>', sql<number>`${now} - ${lease}`)
        .executeTakeFirst();
      return Number(row?.sum ?? 0);
    },

    async join(worker) {
      await db
        .insertInto('workers')
        .values({ ...worker, study, seen: now })
        .onConflict((c) => c.column('id').doUpdateSet({ seen: now, study, parallel: worker.parallel }))
        .execute();
    },
    async leave(id) {
      await db.deleteFrom('workers').where('id', '=', id).execute();
    },
    async claim(number, holder) {
      const row = await jobs()
        .set({ claims: nextClaim, tries: sql`tries + 1`, holder, lease_until: later, judged: 0, prune: 0 })
        .where('number', '=', number)
        .where('outcome', 'is', null)
        // Where an answer was lost on the way, the same worker asks again.
        .where((e) => e.or([e('holder', 'is', null), e('holder', '=', holder), e('lease_until', '<', now)]))
        .returning(['claims', 'task'])
        .executeTakeFirst();
      if (!row) return undefined;
      const saved = await db
        .selectFrom('saved')
        .select('bytes')
        .where('study', '=', study)
        .where('number', '=', number)
        .executeTakeFirst();
      const held = { number, claim: row.claims, task: decode(row.task) };
      return { ...held, ...(saved && { saved: new Uint8Array(saved.bytes) }) };
    },
    async renew(holder, numbers) {
      if (numbers.length === 0) return [];
      const going = inOrder.where('number', 'in', numbers);
      const rows = await jobs()
        .set({ lease_until: later })
        .where('number', 'in', going.where('holder', '=', holder).where('outcome', 'is', null))
        .where('holder', '=', holder)
        .where('outcome', 'is', null)
        .returning(['number', 'claims', 'judged', 'prune'])
        .execute();
      return rows.map(({ number, claims, judged, prune }) => ({ number, claim: claims, judged, prune: prune === 1 }));
    },
    async report(held, { step, value }) {
      const result = await db
        .with('mine', () => own(held).set({ lease_until: later }).returning(['number', 'claims']))
        .insertInto('reports')
        .columns(['study', 'number', 'attempt', 'step', 'value'])
        .expression((e) =>
          e
            .selectFrom('mine')
            .select([
              sql`${study}::text`.as('study'),
              'number',
              'claims',
              sql`${step}::integer`.as('step'),
              sql`${numberOrNull(value)}::double precision`.as('value'),
            ]),
        )
        .onConflict((c) =>
          c.columns(['study', 'number', 'attempt', 'step']).doUpdateSet({ value: sql`excluded.value` }),
        )
        .executeTakeFirst();
      return found(result);
    },
    async save(held, bytes) {
      const result = await db
        .with('mine', () => own(held).set({ lease_until: later }).returning(['number', 'claims']))
        .insertInto('saved')
        .columns(['study', 'number', 'attempt', 'bytes'])
        .expression((e) =>
          e
            .selectFrom('mine')
            .select([sql`${study}::text`.as('study'), 'number', 'claims', sql`${bytes}::bytea`.as('bytes')]),
        )
        .onConflict((c) =>
          c.columns(['study', 'number']).doUpdateSet({ attempt: sql`excluded.attempt`, bytes: sql`excluded.bytes` }),
        )
        .executeTakeFirst();
      return found(result);
    },
    async finish(held, outcome, bytes) {
      const { numUpdatedRows } = await own(held)
        .set({ outcome: encode(outcome), bytes: bytes ?? null })
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async release(held, innocent) {
      await own(held)
        .set({ holder: null, lease_until: now, ...(innocent && { tries: sql`tries - 1` }) })
        .execute();
    },
  };
}
