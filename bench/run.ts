// Trains the steps of peers/steps.json on Wellfit and on every peer that is present, in turns, and writes the ratios to docs/benchmarks.md and
// bench/results.json.
//   npm run bench -- --python path/to/python   (peers: npm install in bench/peers first; see bench/README.md)
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { measureOwnSteps } from './ownSteps.ts';
import { type Contestant, Peer } from './peer.ts';
import type { Step } from './peers/peer.ts';
import { measureFits } from './preprocessFits.ts';
import { type Report, type StepResult, writeReport } from './report.ts';
import { measurePrograms } from './wholeProgram.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.WELLFIT_PYTHON ?? '' },
    threads: { type: 'string', default: '1,2' },
    steps: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
    preprocess: { type: 'boolean', default: false },
  },
});
const here = (file: string) => new URL(file, import.meta.url).pathname;
const every: Step[] = JSON.parse(readFileSync(here('peers/steps.json'), 'utf8'));
const steps = every.filter(({ name }) => !values.steps || values.steps.split(',').includes(name));

const node = (name: string, file: string, ...args: string[]): Contestant => ({
  name,
  command: process.execPath,
  args: [here(file), ...args],
});

function wellfitAndPyTorch({ name }: Step, threads: number): Contestant[] {
  const common = ['--step', name, '--threads', String(threads)];
  const python = (name: string, ...more: string[]) => ({
    name,
    command: values.python,
    args: [here('peers/pytorch.py'), ...common, ...more],
  });
  return [
    node('wellfit', 'wellfit.ts', ...common),
    ...(values.python ? [python('pytorch'), python('pytorch-fused', '--fused')] : []),
  ];
}

/** They run on one thread in Node, whatever is asked for. */
function javascriptPeers({ name, technique }: Step, threads: number): Contestant[] {
  if (technique || threads > 1 || !existsSync(here('peers/node_modules'))) return [];
  const common = ['--step', name, '--threads', '1'];
  return [
    node('jax-js', 'peers/jaxjs.ts', ...common),
    node('tfjs-wasm', 'peers/tfjs.ts', ...common, '--backend', 'wasm'),
    node('tfjs-wasm-tuned', 'peers/tfjs.ts', ...common, '--backend', 'wasm', '--tuned'),
    node('tfjs-cpu', 'peers/tfjs.ts', ...common, '--backend', 'cpu'),
  ];
}

/** Seconds that one peer's turn should take. */
const turn = 0.4;
/** A peer whose step takes longer than this is timed once a round, three rounds. */
const slow = 2;
const patience = 60;

interface Entry {
  readonly peer: Peer;
  readonly count: number;
  readonly times: number[];
}

async function enter(step: Step, contestants: readonly Contestant[]) {
  const entries: Entry[] = [];
  const absent: Record<string, string> = {};
  for (const contestant of contestants) {
    const peer = await Peer.start(contestant, patience);
    if (typeof peer === 'string') {
      absent[contestant.name] = peer;
      continue;
    }
    const { parameters } = peer.facts;
    if (parameters !== step.parameters)
      throw new Error(`${step.name} has ${step.parameters} parameters, but ${parameters} in ${peer.name}`);
    const once = await peer.run(1);
    const trial = once > slow ? 1 : Math.max(1, Math.round(turn / once));
    const each = once > slow ? once : (await peer.run(trial)) / trial;
    entries.push({ peer, count: Math.max(1, Math.round(turn / each)), times: [] });
  }
  return { entries, absent };
}

/** The step, and in the same turns the step without its technique. */
async function compare(step: Step, threads: number): Promise<StepResult> {
  const { entries, absent } = await enter(step, [
    ...wellfitAndPyTorch(step, threads),
    ...javascriptPeers(step, threads),
  ]);
  const plain = every.find(({ name }) => name === step.without);
  const without = plain ? (await enter(plain, wellfitAndPyTorch(plain, threads))).entries : [];
  for (let round = 0; round < Number(values.rounds); round++)
    for (const { peer, count, times } of [...entries, ...without]) {
      if (round >= 3 && times[0] > slow) continue;
      times.push((await peer.run(count)) / count);
    }
  for (const { peer } of [...entries, ...without]) peer.quit();
  const seconds = Object.fromEntries(entries.map(({ peer, times }) => [peer.name, median(times)]));
  const cost = Object.fromEntries(
    without.map(({ peer, times }) => {
      const own = entries.find((entry) => entry.peer.name === peer.name)!;
      return [peer.name, median(own.times.map((time, round) => time - times[round]))];
    }),
  );
  const { name, technique } = step;
  for (const [peer, s] of Object.entries(seconds))
    console.error(
      `${name} x${threads} ${peer.padEnd(16)} ${microseconds(s)} us  ratio ${(s / seconds.wellfit).toFixed(2)}`,
      ...(plain ? [`technique ${microseconds(cost[peer])} us`] : []),
    );
  return { step: name, threads, seconds, absent, ...(technique && { technique: { is: technique, cost } }) };
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const microseconds = (s: number): string => (s * 1e6).toFixed(0).padStart(10);

const results: StepResult[] = [];
for (const threads of values.threads.split(',').map(Number))
  for (const step of steps) results.push(await compare(step, threads));
const own = await measureOwnSteps(steps);
const last: Report | undefined = existsSync(here('results.json'))
  ? JSON.parse(readFileSync(here('results.json'), 'utf8'))
  : undefined;
const fits = values.preprocess ? measureFits(values.python) : last?.fits;
if (values.steps && last)
  save({
    ...last,
    results: merged(last.results, results, ({ step, threads }) => `${threads} ${rank(step)}`),
    own: merged(last.own, own, ({ step }) => rank(step)),
    fits,
  });
else save({ machine: machine(), results, own, programs: await measurePrograms(values.python), fits });

/** Where a step stands in steps.json, as text that sorts. */
function rank(step: string): string {
  return String(every.findIndex(({ name }) => name === step)).padStart(3, '0');
}

/** New rows replace those with the same key; all are sorted by it. */
function merged<T>(old: readonly T[], fresh: readonly T[], key: (row: T) => string): T[] {
  const rows = new Map([...old, ...fresh].map((row) => [key(row), row]));
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function save(report: Report): void {
  writeFileSync(here('results.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeReport(report);
}
