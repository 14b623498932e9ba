import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Programs {
  /** Median seconds from start to exit: one epoch on digits, evaluation and saving included. */
  readonly digits: { readonly wellfit: number; readonly pytorch?: number };
  /** Peak resident memory in MB of one epoch on MNIST, and of a Node process that does nothing. */
  readonly memory?: { readonly mnist: number; readonly node: number };
}

const here = (file: string) => new URL(file, import.meta.url).pathname;
const rounds = 7;

/** Times whole processes, in turns, and the memory of a real run. */
export async function measurePrograms(python: string): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'wellfit-bench-'));
  try {
    const own = [
      process.execPath,
      here('../bin/wellfit.js'),
      'train',
      '--dataset',
      'digits',
      '--epochs',
      '1',
      '--threads',
      '1',
      '--out',
      join(folder, 'digits'),
    ];
    const data = here('../src/data/builtin/digits.csv.gz');
    const theirs = [
      python,
      here('peers/pytorch_digits.py'),
      '--data',
      data,
      '--epochs',
      '1',
      '--threads',
      '1',
      '--units',
      '64',
      '32',
      '--batch',
      '32',
      '--lr',
      '0.001',
      '--out',
      join(folder, 'weights.pt'),
    ];
    const times: { wellfit: number[]; pytorch: number[] } = { wellfit: [], pytorch: [] };
    for (let round = 0; round <= rounds; round++) {
      const measured = { wellfit: seconds(own), pytorch: python ? seconds(theirs) : Number.NaN };
      // The first round warms the disk cache.
      if (round > 0) for (const name of ['wellfit', 'pytorch'] as const) times[name].push(measured[name]);
    }
    const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
    return {
      digits: { wellfit: median(times.wellfit), ...(python && { pytorch: median(times.pytorch) }) },
      memory: memory(folder),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function seconds([command, ...args]: string[]): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`);
  return (performance.now() - before) / 1000;
}

export function memory(folder: string): Programs['memory'] {
  if (process.platform !== 'linux' || !process.env.WELLFIT_DATA || !existsSync(join(process.env.WELLFIT_DATA, 'mnist')))
    return undefined;
  // Not maxRSS: it counts what the parent held when it forked.
  const report = `process.on('exit', () => console.error('peak', /VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]))`;
  const hook = join(folder, 'peak.cjs');
  writeFileSync(hook, report);
  const peak = (...args: string[]) => {
    const { stderr } = spawnSync(process.execPath, ['--require', hook, ...args], { encoding: 'utf8' });
    return Number(/peak (\d+)/.exec(stderr)![1]) / 1000;
  };
  return {
    mnist: peak(
      here('../bin/wellfit.js'),
      'train',
      '--dataset',
      'mnist',
      '--epochs',
      '1',
      '--out',
      join(folder, 'mnist'),
    ),
    node: peak('-e', '0'),
  };
}
