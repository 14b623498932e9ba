// Trials a second over PostgreSQL with 1, 2 and 4 worker processes: of an objective that costs nothing (what handing out costs), of one that waits, and
// of a real training. node bench/search/scaling.ts [--trials 200] [--json] [--write]
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadDataset } from '../../src/data/readers/index.ts';
import { onnxRuntimeEngine, sharedEngine } from '../../src/engine/index.ts';
import { openStore, studiesIn } from '../../src/runs/store/index.ts';
import {
  drive,
  localWorker,
  planSearch,
  type SearchPlan,
  Study,
  setupOf,
  type Worker,
} from '../../src/search/index.ts';
import { queueWorkers, serve } from '../../src/search/queue/index.ts';
import { startServer } from '../../test/runs/support.ts';
import { machine } from '../machine.ts';
import { writeBetween } from './page.ts';

const kinds = ['nothing', 'a wait of 100 ms', 'digits, 5 epochs'] as const;
type Kind = (typeof kinds)[number];
const version = 'bench';

const planOf = async (): Promise<{ dataset: Awaited<ReturnType<typeof loadDataset>>; plan: SearchPlan }> => {
  const dataset = await loadDataset('digits');
  const experiment = {
    data: { dataset: 'digits' },
    model: ['flatten', { dense: { units: 64 } }, 'relu', { dense: { units: 10 } }],
    optimizer: { adam: { lr: { log: [1e-4, 1e-1] } } },
    epochs: 5,
  };
  return {
    dataset,
    plan: planSearch(dataset, experiment, { sampler: 'random', pruner: false, budget: { trials: 1 } }),
  };
};

/** A worker process: one trial at a time. */
async function work(url: string, kind: Kind): Promise<void> {
  const { dataset, plan } = await planOf();
  const engine = sharedEngine(onnxRuntimeEngine({ threads: 1 }));
  const stop = new AbortController();
  process.on('disconnect', () => stop.abort());
  const simple: Worker = {
    name: 'simple',
    async run() {
      if (kind !== 'nothing') await wait(100);
      return { state: 'complete', results: [Math.random()] };
    },
  };
  const run = () => [kind === 'digits, 5 epochs' ? localWorker(dataset, plan, engine) : simple];
  await serve(url, {
    ...{ version, parallel: 1, run, signal: stop.signal },
    onEvent: (event) => event.kind === 'joined' && process.send?.('joined'),
  });
}

async function measure(url: string, kind: Kind, count: number, trials: number): Promise<number> {
  const { dataset, plan: first } = await planOf();
  const name = `scaling ${kind} ${count}`;
  const plan = { ...first, settings: { ...first.settings, name } };
  const store = await openStore(url);
  const begun = Study.begin(plan.settings, plan.space).record;
  const facts = { version, settings: begun.settings, stages: begun.stages, plan, setup: setupOf(dataset, plan) };
  const keeper = await studiesIn(store).create(name, facts);
  const queue = await queueWorkers(url, store, keeper);
  const study = Study.begin(plan.settings, plan.space, queue.onChange);
  const children: ChildProcess[] = [];
  const joined = Array.from({ length: count }, () => {
    const child = fork(import.meta.filename, ['--work', kind, '--url', url]);
    children.push(child);
    return new Promise<void>((resolve) => child.once('message', () => resolve()));
  });
  await Promise.all(joined);
  // The first trials load and compile.
  await drive(study, { workers: queue.workers, budget: { trials: 4 * count } });
  const started = performance.now();
  await drive(study, { workers: queue.workers, budget: { trials: 4 * count + trials } });
  const perSecond = (1000 * trials) / (performance.now() - started);
  for (const child of children) child.disconnect();
  await queue.close();
  await keeper.close('finished');
  await store.close();
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
  return perSecond;
}

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    work: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (values.work) await work(values.url!, values.work as Kind);
else {
  const server = await startServer();
  if (typeof server === 'string') throw new Error(server);
  const counts = [1, 2, 4];
  const rows: { kind: Kind; perSecond: number[] }[] = [];
  for (const kind of kinds) {
    const perSecond: number[] = [];
    for (const count of counts) perSecond.push(await measure(await server.fresh(), kind, count, Number(values.trials)));
    rows.push({ kind, perSecond });
  }
  await server.stop();
  const { cpu, cores, memoryGB, system, node, date } = machine();
  const text = [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}. Trials a second of ${values.trials}, one trial at a time in each process, the server and the search on the same machine.`,
    '',
    `| a trial is | ${counts.map((count) => `${count} worker${count > 1 ? 's' : ''}`).join(' | ')} |`,
    `| --- | ${counts.map(() => '---:').join(' | ')} |`,
    ...rows.map(({ kind, perSecond }) => `| ${kind} | ${perSecond.map((x) => x.toFixed(1)).join(' | ')} |`),
  ].join('\n');
  if (values.json) console.log(JSON.stringify({ machine: machine(), counts, rows }));
  else console.log(text);
  if (values.write) writeBetween('search-scaling', text);
}
