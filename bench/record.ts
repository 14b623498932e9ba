// What it costs a training to be recorded: the smallest step with and without 2,000 events a second into a new SQLite store, in turns.
//   node bench/record.ts [--rounds 60] [--rate 2000] [--store postgres://…]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromArrays } from '../src/data/index.ts';
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { recordRun } from '../src/runs/background/index.ts';
import { openStore } from '../src/runs/store/index.ts';
import { numbersOf, prepareMemory, Trainer } from '../src/train/index.ts';
import { machine } from './machine.ts';
import { findStep, randomBatches, randomInputs, randomLabels } from './peers/peer.ts';
import { networkOf } from './steps.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '2000' },
    store: { type: 'string', default: '' },
  },
});
/** Milliseconds that one turn takes. */
const turn = 500;
const rate = Number(values.rate);

const step = findStep('tiny');
const network = networkOf(step);
const engine = onnxRuntimeEngine({ threads: 1 });
const dataset = fromArrays({
  features: randomInputs(step),
  shape: step.shape,
  targets: randomLabels(step),
  classes: ['0', '1'],
});
const trainer = new Trainer(engine, prepareMemory(engine, network, dataset, 0), network, 0);
const batches = randomBatches(step);
const numbers = numbersOf(
  {
    optimizer: network.optimizer,
    schedule: { kind: 'constant', options: { warmup: 0 } },
    regularizers: network.regularizers,
  },
  { total: 1e9, perEpoch: 1e9, losses: [], rows: step.rows },
);
let update = 0;

/** Seconds an update: on the clock, and of this thread's work, which other programs on the machine hardly change. */
interface Seconds {
  readonly clock: number;
  readonly thread: number;
}

/** Trains for one turn. */
async function train(onLosses: (losses: ArrayLike<number>) => void): Promise<Seconds> {
  const [began, first, work] = [performance.now(), update, process.threadCpuUsage()];
  let now = began;
  while (now - began < turn) {
    const count = trainer.stepsFor(Number.POSITIVE_INFINITY);
    const rows = new Int32Array(count * step.batch);
    for (let i = 0; i < count; i++) rows.set(batches[(update + i) % batches.length], i * step.batch);
    const before = now;
    const { loss } = await trainer.run(rows, count, numbers);
    update += count;
    onLosses(loss);
    now = performance.now();
    trainer.tune((now - before) / 1000, count);
  }
  // Timers and answers of the database have their turn, as they do in a run.
  await new Promise((resolve) => setImmediate(resolve));
  const { user, system } = process.threadCpuUsage(work);
  const updates = update - first;
  return { clock: (performance.now() - began) / 1e3 / updates, thread: (user + system) / 1e6 / updates };
}

const folder = mkdtempSync(join(tmpdir(), 'wellfit-record-'));
const place = values.store || join(folder, 'store.sqlite');
const facts = { name: 'bench', folder, dataset: 'tiny' };
const run = recordRun({ place, facts, resume: false }, (words) => console.error(words));
let [written, recording] = [0, 0];

/** The rate is kept over the time of recording alone. */
async function recorded(): Promise<Seconds> {
  const [began, before] = [performance.now(), written];
  const seconds = await train((losses) => {
    const due = before + Math.floor(((performance.now() - began) / 1000) * rate);
    for (; written < due; written++)
      run.write({
        kind: 'updates',
        time: Date.now(),
        update,
        body: { first: update, loss: [losses[0]], lr: [0.1 / (1 + written)] },
      });
  });
  recording += performance.now() - began;
  return seconds;
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

// Until the trainer has found how many steps to take at once.
for (let i = 0; i < 6; i++) await train(() => {});
const [plain, ratios]: Record<keyof Seconds, number[]>[] = [
  { clock: [], thread: [] },
  { clock: [], thread: [] },
];
for (let round = 0; round < Number(values.rounds); round++) {
  // Who goes first changes, so that neither gains from it.
  const recordedFirst = round % 2 === 1 ? await recorded() : undefined;
  const without = await train(() => {});
  const withEvents = recordedFirst ?? (await recorded());
  for (const kind of ['clock', 'thread'] as const) {
    plain[kind].push(without[kind]);
    ratios[kind].push(withEvents[kind] / without[kind]);
  }
}
await run.finish('finished');
const store = await openStore(place);
const [{ id }] = await store.runs(1);
const kept = (await store.events(id)).length;
await store.close();
rmSync(folder, { recursive: true });
const { cpu, cores, node } = machine();
console.log(`${cpu}, ${cores} cores, Node ${node}, ${values.store ? 'PostgreSQL' : 'SQLite'}`);
console.log(
  `${(1e6 * median(plain.clock)).toFixed(1)} us an update; ${kept} events kept of ${written}, ${((1000 * written) / recording).toFixed(0)} a second`,
);
for (const kind of ['clock', 'thread'] as const)
  console.log(
    `recording costs ${(100 * (median(ratios[kind]) - 1)).toFixed(2)} % by the ${kind} (median of ${values.rounds} pairs of turns)`,
  );
