// Trains six steps on Wellfit and on every peer that is present, in turns, and writes the ratios to docs/benchmarks.md and bench/results.json.
//   npm run bench -- --python path/to/python   (peers: npm install in bench/peers first; see bench/README.md)
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { measureOwnSteps } from './ownSteps.ts';
import { type Contestant, Peer } from './peer.ts';
import type { Step } from './peers/peer.ts';
import { type Report, type StepResult, writeReport } from './report.ts';
import { measurePrograms } from './wholeProgram.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.WELLFIT_PYTHON ?? '' },
    threads: { type: 'string', default: '1,2' },
    steps: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
  },
});
const here = (file: string) => new URL(file, import.meta.url).pathname;
const steps = (JSON.parse(readFileSync(here('peers/steps.json'), 'utf8')) as Step[]).filter(
  ({ name }) => !values.steps || values.steps.split(',').includes(name),
);

function contestants(step: string, threads: number): Contestant[] {
  const common = ['--step', step, '--threads', String(threads)];
  const node = (name: string, file: string, ...more: string[]) => ({
    name,
    command: process.execPath,
    args: [here(file), ...common, ...more],
  });
  const python = (name: string, ...more: string[]) => ({
    name,
    command: values.python,
    args: [here('peers/pytorch.py'), ...common, ...more],
  });
  return [
    node('wellfit', 'wellfit.ts'),
    ...(values.python ? [python('pytorch'), python('pytorch-fused', '--fused')] : []),
    // The JavaScript peers run on one thread in Node, whatever is asked for.
    ...(existsSync(here('peers/node_modules')) && threads === 1
      ? [
          node('jax-js', 'peers/jaxjs.ts'),
          node('tfjs-wasm', 'peers/tfjs.ts', '--backend', 'wasm'),
          node('tfjs-wasm-tuned', 'peers/tfjs.ts', '--backend', 'wasm', '--tuned'),
          node('tfjs-cpu', 'peers/tfjs.ts', '--backend', 'cpu'),
        ]
      : []),
  ];
}

/** Seconds that one peer's turn should take. */
const turn = 0.4;
/** A peer whose step takes longer than this is timed once a round, three rounds. */
const slow = 2;
const patience = 60;

async function compare(step: string, threads: number): Promise<StepResult> {
  const running: { peer: Peer; count: number; times: number[] }[] = [];
  const absent: Record<string, string> = {};
  for (const contestant of contestants(step, threads)) {
    const peer = await Peer.start(contestant, patience);
    if (typeof peer === 'string') {
      absent[contestant.name] = peer;
      continue;
    }
    const once = await peer.run(1);
    const each =
      once > slow
        ? once
        : (await peer.run(Math.max(1, Math.round(turn / once)))) / Math.max(1, Math.round(turn / once));
    running.push({ peer, count: Math.max(1, Math.round(turn / each)), times: [] });
  }
  for (let round = 0; round < Number(values.rounds); round++)
    for (const entry of running) {
      if (round >= 3 && entry.times[0] > slow) continue;
      entry.times.push((await entry.peer.run(entry.count)) / entry.count);
    }
  for (const { peer } of running) peer.quit();
  const seconds = Object.fromEntries(running.map(({ peer, times }) => [peer.name, median(times)]));
  for (const [name, s] of Object.entries(seconds))
    console.error(
      `${step} x${threads} ${name.padEnd(16)} ${(s * 1e6).toFixed(0).padStart(10)} us  ratio ${(s / seconds.wellfit).toFixed(2)}`,
    );
  return { step, threads, seconds, absent };
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const results: StepResult[] = [];
for (const threads of values.threads.split(',').map(Number))
  for (const { name } of steps) results.push(await compare(name, threads));
if (values.steps) mergeInto(JSON.parse(readFileSync(here('results.json'), 'utf8')));
else
  save({
    machine: machine(),
    results,
    own: await measureOwnSteps(steps),
    programs: await measurePrograms(values.python),
  });

/** Steps that were asked for by name replace their own rows of the last full measurement. */
function mergeInto(last: Report): void {
  const again = (old: StepResult) => results.find(({ step, threads }) => step === old.step && threads === old.threads);
  save({ ...last, results: last.results.map((old) => again(old) ?? old) });
}

function save(report: Report): void {
  writeFileSync(here('results.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeReport(report);
}
