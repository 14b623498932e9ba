// Times whitening and PCA of images the size of CIFAR-10's against NumPy's, on one thread, and prints a table.
//   node bench/preprocess.ts [--python python] [--rows 10000]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../src/base/index.ts';
import type { Dataset } from '../src/data/index.ts';
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { fitPreprocess, readPreprocess } from '../src/preprocess/index.ts';

const { values } = parseArgs({
  options: { python: { type: 'string' }, rows: { type: 'string', default: '10000' } },
});
const rows = Number(values.rows);
const shape = [3, 32, 32];

/** Coarse random pictures with fine noise on top, so that variances fall as those of photographs do. */
function images(): Dataset {
  const random = new Random(1);
  const features = new Uint8Array(rows * 3072);
  for (let plane = 0; plane < rows * 3; plane++) {
    const coarse = Float64Array.from({ length: 64 }, () => random.normal());
    for (let i = 0; i < 1024; i++) {
      const value = 128 + 50 * coarse[(i >> 7) * 8 + ((i & 31) >> 2)] + 5 * random.normal();
      features[plane * 1024 + i] = Math.min(255, Math.max(0, value));
    }
  }
  const targets = { kind: 'numbers', data: new Float32Array(rows), width: 1 } as const;
  return { name: 'images', rows, shape, features, targets };
}

const dataset = images();
const train = Int32Array.from({ length: rows }, (_, row) => row);
const work: Record<string, unknown[]> = {
  zca: ['rescale', { whiten: 'zca' }],
  'pca, 100 components': ['rescale', { pca: 100 }],
};
console.log(`${rows} rows of 3,072 features, seconds\n`);
console.log('| fit | Wellfit |');
for (const [name, steps] of Object.entries(work)) {
  const before = performance.now();
  await fitPreprocess(readPreprocess(steps), dataset, train, { engine: onnxRuntimeEngine({ threads: 1 }), seed: 0 });
  console.log(`| ${name} | ${((performance.now() - before) / 1000).toFixed(1)} |`);
}
console.log(`memory at most: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

if (values.python) {
  const script = join(import.meta.dirname, 'peers', 'numpy_preprocess.py');
  spawnSync(values.python, [script, '--rows', values.rows], { stdio: 'inherit' });
}
