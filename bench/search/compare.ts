// Searches test functions with Wellfit and Optuna, seed by seed; prints Markdown, and puts it into docs/benchmarks.md with --write.
//   node bench/search/compare.ts --python python [--seeds 30] [--slow-seeds 10] [--functions a,b] [--samplers a,b] [--trials 200] [--lanes 2]
//     [--no-speed] [--out folder] [--json] [--write]
// Every search is kept in the folder at once: started again, only what is missing is searched.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration, Random } from '../../src/base/index.ts';
import type { Space, Values } from '../../src/search/index.ts';
import { machine } from '../machine.ts';
import {
  comparison,
  course,
  type Find,
  type Pair,
  type Result,
  type Side,
  type Speed,
  speedTable,
} from './compareTable.ts';
import { Peer, run, type Task, type Who } from './contest.ts';
import { functions } from './functions.ts';
import { writeBetween } from './page.ts';

const wellfit = (sampler: string): Side => ({ who: 'wellfit', sampler });
const optuna = (sampler: string): Side => ({ who: 'optuna', sampler });

const pairs: readonly Pair[] = [
  ...['random', 'sobol', 'tpe', 'tpe-univariate', 'cmaes', 'gp'].map((name) => ({
    ours: wellfit(name),
    other: optuna(name),
  })),
  { ours: wellfit('tpe-tuned'), other: optuna('tpe') },
  // What each does where nothing is said.
  { ours: wellfit('gp'), other: optuna('tpe') },
  { ours: wellfit('coarse-random'), other: wellfit('random') },
  { ours: wellfit('coarse-sobol'), other: wellfit('sobol') },
];
/** Minutes for one search with Optuna: fewer seeds, and these functions alone. */
const slow = { sampler: 'gp', functions: ['branin', 'hartmann6', 'rosenbrock', 'rastrigin', 'network'] };
/** Where the time of a suggestion is taken. */
const timed = ['hartmann6', 'network'];

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.WELLFIT_PYTHON ?? 'python3' },
    seeds: { type: 'string', default: '30' },
    'slow-seeds': { type: 'string', default: '10' },
    functions: { type: 'string', default: Object.keys(functions).join(',') },
    samplers: { type: 'string', default: '' },
    trials: { type: 'string', default: '200' },
    lanes: { type: 'string', default: '2' },
    speed: { type: 'boolean', default: true },
    out: { type: 'string', default: join(tmpdir(), 'wellfit-search') },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const chosen = options.functions.split(',');
const unknown = chosen.find((name) => !(name in functions));
if (unknown) throw new Error(`there is no function "${unknown}": ${Object.keys(functions).join(', ')}`);
const trials = Number(options.trials);
const wanted = options.samplers === '' ? undefined : options.samplers.split(',');
const asked = pairs.filter(({ ours }) => !wanted || wanted.includes(ours.sampler));
const sides = [
  ...new Map(asked.flatMap(({ ours, other }) => [ours, other]).map((side) => [keyOf(side), side])).values(),
];

function keyOf({ who, sampler }: Side): string {
  return `${who} ${sampler}`;
}

type Kept = Record<string, Result & { readonly seconds: number }>;
mkdirSync(options.out, { recursive: true });
/** One file for each side, so that either can be thrown away and measured again. */
const fileOf = (who: Who): string => join(options.out, `${who}.json`);
const read = (who: Who): Kept => (existsSync(fileOf(who)) ? JSON.parse(readFileSync(fileOf(who), 'utf8')) : {});
const kept: Record<Who, Kept> = { wellfit: read('wellfit'), optuna: read('optuna') };
const taskKey = (task: Omit<Task, 'who'>): string => `${task.function} ${task.sampler} ${task.seed} ${task.trials}`;

/** How many seeds a side has on a function. */
function seedsOf({ sampler }: Side, name: string): number {
  if (sampler !== slow.sampler) return Number(options.seeds);
  return slow.functions.includes(name) ? Math.min(Number(options.seeds), Number(options['slow-seeds'])) : 0;
}

/** Both sides must mean the same functions; gives the version of Optuna. */
async function checkFunctions(): Promise<string> {
  const random = new Random(1);
  const peer = new Peer('optuna', options.python);
  for (const name of chosen) {
    const { space, regret } = functions[name];
    const points = Array.from({ length: 20 }, () => anywhere(space, random));
    const theirs = await peer.ask<number[]>({ function: name, points });
    const differs = points.findIndex(
      (point, i) => Math.abs(regret(point) - theirs[i]) > 1e-9 * (1 + Math.abs(theirs[i])),
    );
    if (differs >= 0)
      throw new Error(`${name} is not the same function on both sides at ${JSON.stringify(points[differs])}`);
  }
  const version = await peer.ask<string>({ version: true });
  peer.quit();
  return version;
}

const anywhere = (space: Space, random: Random): Values =>
  Object.fromEntries(
    space.map((parameter) => {
      if (parameter.kind === 'choice') return [parameter.name, random.below(parameter.choices.length)];
      const { low, high } = parameter;
      const place = low + random.uniform() * (high - low);
      return [
        parameter.name,
        parameter.kind === 'int' ? low + parameter.step * Math.round((place - low) / parameter.step) : place,
      ];
    }),
  );

const version = await checkFunctions();
const tasks: Task[] = chosen.flatMap((name) =>
  sides.flatMap((side) =>
    Array.from({ length: seedsOf(side, name) }, (_, seed) => ({ ...side, function: name, seed, trials })),
  ),
);
// The long ones come last, so that what is left can be guessed from what was done; of each side by turns.
const missing = tasks
  .filter((task) => !(taskKey(task) in kept[task.who]))
  .sort((a, b) => Number(a.sampler === slow.sampler) - Number(b.sampler === slow.sampler) || a.seed - b.seed);
const began = performance.now();
await run(missing, {
  python: options.python,
  lanes: Number(options.lanes),
  onDone(done, task, { regret, asks }) {
    kept[task.who][taskKey(task)] = { regret, seconds: asks.reduce((sum, ms) => sum + ms, 0) / 1000 };
    writeFileSync(fileOf(task.who), JSON.stringify(kept[task.who], null, 1));
    const left = secondsLeft(missing.slice(done));
    const spent = (performance.now() - began) / 1000;
    if (done % 20 === 0 || task.sampler === slow.sampler || done === missing.length)
      console.error(
        `${done} of ${missing.length} searches, ${duration(spent)}, about ${duration(left)} left (${keyOf(task)}, ${task.function})`,
      );
  },
});

/** From what searches like these took. */
function secondsLeft(tasks: readonly Task[]): number {
  const known = Map.groupBy(
    (['wellfit', 'optuna'] as const).flatMap((who) =>
      Object.entries(kept[who]).map(([key, { seconds }]) => ({ key: `${who} ${key.split(' ')[1]}`, seconds })),
    ),
    ({ key }) => key,
  );
  const each = (task: Task) => {
    const same = known.get(keyOf(task)) ?? [];
    return same.length > 0 ? same.reduce((sum, { seconds }) => sum + seconds, 0) / same.length : Number.NaN;
  };
  return tasks.reduce((sum, task) => sum + each(task), 0) / Number(options.lanes);
}

const find: Find = (side, name) =>
  new Map(
    Array.from({ length: seedsOf(side, name) }, (_, seed): [number, Result] => [
      seed,
      kept[side.who][taskKey({ sampler: side.sampler, function: name, seed, trials })],
    ]),
  );

/** Alone on the machine, one suggestion after the other. */
async function measureSpeed(): Promise<Speed[]> {
  const speeds: Speed[] = [];
  for (const name of timed.filter((one) => chosen.includes(one)))
    for (const side of sides) {
      const [{ asks }] = await run([{ ...side, function: name, seed: 1000, trials }], {
        python: options.python,
        lanes: 1,
      });
      speeds.push({ side, name, asks });
      console.error(`speed: ${keyOf(side)} on ${name}`);
    }
  return speeds;
}
const speeds = options.speed ? await measureSpeed() : [];

if (options.json) console.log(JSON.stringify({ kept, speeds }));
else {
  const { cpu, cores, memoryGB, system, node, date } = machine();
  const page = [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}, Optuna ${version}; ${trials} trials a search.`,
    comparison(asked, chosen, find),
    'Median regret after so many trials:',
    course(
      sides,
      chosen.filter((name) => ['branin', 'hartmann6', 'network'].includes(name)),
      find,
    ),
    ...(speeds.length > 0
      ? ['Milliseconds of one suggestion, one after the other, the function not counted:', speedTable(speeds)]
      : []),
  ].join('\n\n');
  console.log(page);
  if (options.write) writeBetween('search', page);
}
