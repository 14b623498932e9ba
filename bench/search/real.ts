// Searches the settings of a real network with Wellfit, and with Optuna and PyTorch, on as many processes; prints Markdown.
//   WELLFIT_DATA=… node bench/search/real.ts --python python [--data digits,fashion-mnist] [--trials 60] [--seeds 5] [--pruners none,median]
//     [--ways auto,tpe,stacked,asha] [--processes 2] [--out folder] [--kept] [--write]
// Wellfit searches for as many trials, and for as long as Optuna needed for them. Every search is kept in the folder at once: started again, only what is missing
// is searched, and with --kept nothing is. The Python needs optuna, torch and numpy.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDataset } from '../../src/data/readers/index.ts';
import { machine } from '../machine.ts';
import { writeBetween } from './page.ts';
import { experiments, writeForPython } from './realData.ts';
import { type Found, searchHere, ways } from './realOurs.ts';
import { realTable, type Searches } from './realTable.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.WELLFIT_PYTHON ?? 'python3' },
    data: { type: 'string', default: Object.keys(experiments).join(',') },
    trials: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '5' },
    pruners: { type: 'string', default: 'none,median' },
    ways: { type: 'string', default: Object.keys(ways).join(',') },
    processes: { type: 'string', default: '2' },
    out: { type: 'string', default: join(tmpdir(), 'wellfit-real') },
    kept: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [trials, processes] = [Number(options.trials), Number(options.processes)];
mkdirSync(options.out, { recursive: true });

/** What was found before, or what is found now. */
async function kept<T>(name: string, find: () => T | Promise<T>): Promise<T | undefined> {
  const file = join(options.out, `${name}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  if (options.kept) return undefined;
  console.error(`${new Date().toISOString().slice(11, 19)} ${name}`);
  const found = await find();
  writeFileSync(file, JSON.stringify(found));
  return found;
}

function searchThere(folder: string, pruner: string, seed: number): Found {
  const script = join(import.meta.dirname, 'real_optuna.py');
  const asked = { data: folder, trials, pruner, seed, processes };
  const { status, stdout, stderr } = spawnSync(
    options.python,
    [script, ...Object.entries(asked).flatMap(([name, value]) => [`--${name}`, String(value)])],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }, maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`${options.python} ${script} failed: ${stderr}`);
  return JSON.parse(stdout) as Found;
}

const searches: Searches[] = [];
for (const data of options.data.split(',')) {
  if (data !== 'digits' && !process.env.WELLFIT_DATA) {
    console.error(`${data} is left out: set WELLFIT_DATA to the folder that has it`);
    continue;
  }
  const template = experiments[data];
  const dataset = await loadDataset(data);
  const folder = join(options.out, data);
  mkdirSync(folder, { recursive: true });
  writeForPython(dataset, template, folder);
  for (const pruner of options.pruners.split(','))
    for (let seed = 0; seed < Number(options.seeds); seed++) {
      const name = `${data}-${pruner}-${trials}-${seed}`;
      const theirs = await kept(`${name}-optuna`, () => searchThere(folder, pruner, seed));
      if (!theirs) continue;
      for (const way of options.ways.split(',')) {
        const { seconds } = theirs;
        const ours = await kept(`${name}-wellfit-${way}`, () =>
          searchHere(dataset, template, { way: ways[way], pruner, seed, processes, trials, seconds }),
        );
        if (ours) searches.push({ data, pruner, way, ...ours, theirs });
      }
    }
}
const { cpu, cores, memoryGB, system, node, date } = machine();
const page = [
  `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; ${trials} trials, ${processes} processes with one thread each.`,
  realTable(searches),
].join('\n\n');
console.log(page);
if (options.write) writeBetween('search-real', page);
