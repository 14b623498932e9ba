import { createHash } from 'node:crypto';
import { PgBoss } from 'pg-boss';

/** Which trial to look up; all else stands in the run store. */
export interface Ticket {
  readonly study: string;
  readonly number: number;
}

/** Seconds: the least that pg-boss allows, and how often it looks. The leases in the store are what counts; this is a second net. */
const heartbeatSeconds = 10;
const monitorSeconds = 10;

/** @param keeps whether this process looks after the queue */
export async function openBoss(url: string, keeps: boolean): Promise<PgBoss> {
  // Options of the driver that pg-boss hands on.
  const patience = { query_timeout: 10_000, keepAlive: true };
  const boss = new PgBoss({
    ...patience,
    connectionString: url,
    schema: 'wellfit_queue',
    application_name: 'wellfit',
    max: 2,
    schedule: false,
    supervise: keeps,
    superviseIntervalSeconds: monitorSeconds,
    monitorIntervalSeconds: monitorSeconds,
  });
  // Whatever fails is tried again by whoever asked for it.
  boss.on('error', () => {});
  await boss.start();
  return boss;
}

/** Makes the queue of a study where it is not there, and says its name. A trial waits in it once at most. */
export async function queueOf(boss: PgBoss, study: string): Promise<string> {
  const name = `study-${createHash('sha256').update(study).digest('hex').slice(0, 20)}`;
  await boss.createQueue(name, {
    policy: 'short',
    heartbeatSeconds,
    retryLimit: 3,
    expireInSeconds: 24 * 60 * 60,
    deleteAfterSeconds: 60 * 60,
  });
  return name;
}

export const sendTo = (boss: PgBoss, queue: string, ticket: Ticket): Promise<unknown> =>
  boss.send(queue, ticket, { singletonKey: String(ticket.number) });
