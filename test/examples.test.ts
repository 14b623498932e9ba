import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Job } from 'kubernetes-models/batch/v1';
import * as runtime from 'onnxruntime-node';
import { expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { fromArrays } from '../src/data/index.ts';
import { resolve } from '../src/train/index.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'wellfit-examples-'));

/** Runs an example as its first lines say, in an empty folder; an exit code other than 0 fails the test. */
async function example(file: string, ...args: string[]): Promise<string> {
  const path = join(root, 'examples', file);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=source', path, ...args], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  return stdout;
}

const outputsOf = async (path: string): Promise<readonly string[]> => {
  const session = await runtime.InferenceSession.create(await readFile(path));
  const names = session.outputNames;
  await session.release();
  return names;
};

test('digits.ts reaches 90 % and saves a model that ONNX Runtime loads', async () => {
  const file = join(folder, 'digits.onnx');
  const stdout = await example('digits.ts', file);
  expect(Number(/^test accuracy ([\d.]+) %$/m.exec(stdout)![1])).toBeGreaterThan(90);
  expect(stdout).toContain(`saved ${file}`);
  expect(await outputsOf(file)).toEqual(['logits', 'probabilities']);
});

test('own-data.ts tells two spirals apart', async () => {
  const stdout = await example('own-data.ts');
  expect(Number(/test accuracy ([\d.]+) %$/m.exec(stdout)![1])).toBeGreaterThan(90);
  expect(stdout.match(/^epoch \d+: validation loss [\d.]+$/gm)!.length).toBeGreaterThan(0);
});

test('table.ts trains on rows and asks the model file for new ones', async () => {
  const stdout = await example('table.ts');
  expect(stdout).toMatch(/^columns: age, plan, spent; the column "id" is left out/);
  expect(stdout).toMatch(/66 years, pro: yes; 25 years, team: no\n$/);
});

test('gradient-check.ts finds the gradients correct', async () => {
  expect(await example('gradient-check.ts')).toMatch(
    /the loss includes l2 strength 0\.01; .*: the gradients are correct\n$/,
  );
});

test('experiment.json trains on the command line', async () => {
  const args = [join(root, 'bin', 'wellfit.js'), 'train', join(root, 'examples', 'experiment.json'), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const { test: measured, files, settings } = JSON.parse(stdout);
  expect(measured.metric).toBeGreaterThan(0.9);
  expect(settings).toMatchObject({
    seed: 1,
    optimizer: { adam: { lr: 0.003 } },
    regularize: { l2: { strength: 0.0001 } },
  });
  expect(await outputsOf(join(folder, files.model))).toContain('probabilities');
});

const techniques = await readdir(join(root, 'examples', 'techniques'));

test.each(techniques)('techniques/%s shows what it claims', async (file) => {
  expect(await example(join('techniques', file))).not.toBe('');
});

test('every page of techniques has an example, and every example a page', async () => {
  const pages = (await readdir(join(root, 'docs', 'techniques'))).filter((file) => file !== 'README.md');
  expect(pages.map((file) => file.replace('.md', '')).sort()).toEqual(
    techniques.map((file) => file.replace('.ts', '')).sort(),
  );
});

const recipes = await readdir(join(root, 'examples', 'recipes'));

test.each(recipes)('recipes/%s is an experiment that fits images of 28 x 28 bytes', async (file) => {
  const experiment = JSON.parse(await readFile(join(root, 'examples', 'recipes', file), 'utf8'));
  const dataset = fromArrays({
    name: experiment.data.dataset,
    features: new Uint8Array(1000 * 784),
    shape: [1, 28, 28],
    targets: Int32Array.from({ length: 1000 }, (_, row) => row % 10),
  });
  expect(resolve(experiment, dataset).settings.epochs).toBe(experiment.epochs);
});

const deploy = join(root, 'examples', 'workers');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

test('workers/kubernetes.yaml is a manifest of a job, of this version', () => {
  const manifest = parse(readFileSync(join(deploy, 'kubernetes.yaml'), 'utf8'));
  const job = new Job(manifest);
  expect(() => job.validate()).not.toThrow();
  expect(() => new Job({ ...manifest, spec: { ...manifest.spec, parallelism: 'eight' } }).validate()).toThrow();
  const [{ command, env }] = job.spec!.template.spec!.containers;
  expect(command).toContain(`wellfit@${version}`);
  expect(env![0].name).toBe('WELLFIT_STORE');
});

const systemd = (() => {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!systemd)('workers/wellfit-worker.service is a unit (skipped where there is no systemd-analyze)', () => {
  const file = join(deploy, 'wellfit-worker.service');
  expect(readFileSync(file, 'utf8')).toContain(`wellfit@${version}`);
  expect(execFileSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8', stdio: 'pipe' })).toBe('');
});

test('every example is tried here', async () => {
  const tried = await readFile(import.meta.filename, 'utf8');
  for (const file of await readdir(join(root, 'examples'))) expect(tried).toMatch(new RegExp(`${file}[ /']`));
});
