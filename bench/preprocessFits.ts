import { spawnSync } from 'node:child_process';

export interface Fits {
  readonly wellfit: Measured;
  readonly numpy?: Measured;
}

interface Measured {
  /** Seconds by fit. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Peak resident memory of the process, MiB. */
  readonly memory: number;
}

const here = (file: string) => new URL(file, import.meta.url).pathname;

/** Whitening and PCA of 10,000 images, each library in a process of its own. */
export const measureFits = (python: string): Fits => ({
  wellfit: measure(process.execPath, here('preprocess.ts')),
  ...(python && { numpy: measure(python, here('peers/numpy_preprocess.py')) }),
});

/** Reads the table that the program prints. */
function measure(command: string, file: string): Measured {
  const { status, stdout, stderr } = spawnSync(command, [file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${file} failed: ${stderr}`);
  const rows = stdout.matchAll(/^\| (.+) \| ([\d.]+) \|$/gm);
  return {
    seconds: Object.fromEntries([...rows].map(([, fit, seconds]) => [fit, Number(seconds)])),
    memory: Number(/memory at most: (\d+)/.exec(stdout)![1]),
  };
}
