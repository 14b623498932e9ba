import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Checkpoint, decodeCheckpoint } from '../../src/train/index.ts';
import { expectSameBits } from '../train/support.ts';
import { expectRefusal, folderWith, jsonOf, stackTrace, start, wellfit } from './support.ts';

const checkpointOf = async (folder: string): Promise<Checkpoint> =>
  decodeCheckpoint(await readFile(join(folder, 'checkpoint.safetensors')));

/** Everything in result.json but times. */
async function resultOf(folder: string): Promise<unknown> {
  const timed = ['seconds', 'samplesPerSecond', 'run', 'files'];
  const text = await readFile(join(folder, 'result.json'), 'utf8');
  return JSON.parse(text, (key, value) => (timed.includes(key) ? undefined : value));
}

const experiment = {
  data: { dataset: 'digits' },
  model: [
    'flatten',
    { dense: { units: 48 } },
    'batchNorm',
    'relu',
    { dropout: { rate: 0.3 } },
    { dense: { units: 10 } },
  ],
  schedule: { reduceOnPlateau: { patience: 1 } },
  epochs: 18,
  batchSize: 16,
};
const endless = JSON.stringify({ ...experiment, epochs: 100_000, earlyStopping: false });
/** A checkpoint whenever there can be one. */
const often = ['--checkpoint-seconds', '0', '--threads', '1'];

/** A run that Ctrl-C ended, in the folder "run", and what it said. */
async function interrupted(text: string, ...more: string[]) {
  const cwd = await folderWith({ 'e.json': text });
  const { child, finished, until } = start(cwd, ['train', 'e.json', '--threads', '1', ...more]);
  await until(/^ +2 /m);
  child.kill('SIGINT');
  return { cwd, ...(await finished) };
}

describe('a run that is killed again and again, and resumed', () => {
  test.each([
    ['one network', { ...experiment, average: 'ema' }],
    ['members of an ensemble', { ...experiment, epochs: 40, earlyStopping: false, ensemble: { members: 2 } }],
  ])('ends with the same bits as one that nobody touched: %s', { timeout: 60_000 }, async (name, what) => {
    const cwd = await folderWith({ 'e.json': JSON.stringify(what) });
    const out = join(cwd, 'killed');
    const file = join(out, 'checkpoint.safetensors');
    const whole = wellfit(cwd, 'train', 'e.json', '--out', 'whole', '--threads', '1');
    const random = new Random(name.length);
    let [kills, code] = [0, null as number | null];
    while (code === null) {
      const begins = !existsSync(file);
      const process = start(
        cwd,
        begins ? ['train', 'e.json', '--out', 'killed', ...often] : ['train', '--resume', 'killed', ...often],
      );
      if (kills < 4) {
        const begun = begins ? wait(0) : process.until(/resuming killed in .*(epoch|member)/).catch(() => {});
        await Promise.race([begun, process.finished]);
        // A first part may be killed before it has anything to keep.
        while (kills > 0 && !existsSync(file) && process.child.exitCode === null) await wait(5);
        await wait(1000 * random.uniform() * (begins ? 1 : 0.6));
        if (process.child.kill('SIGKILL')) kills++;
      }
      const done = await process.finished;
      code = done.code;
      if (code !== null) expect(done.stderr).toBe('');
    }
    expect(code).toBe(0);
    expect(kills).toBeGreaterThan(2);
    expect((await whole).code).toBe(0);
    expect(await resultOf(out)).toEqual(await resultOf(join(cwd, 'whole')));
    const [a, b] = [await checkpointOf(out), await checkpointOf(join(cwd, 'whole'))];
    expect(a.finished).toEqual(b.finished);
    const parts = ({ state, members = [] }: Checkpoint) =>
      [state, ...members.map((member) => member.state)].flatMap((s) => s ?? []);
    expect(parts(a).length).toBe(parts(b).length);
    parts(a).forEach((state, i) => {
      expectSameBits(state.weights, parts(b)[i].weights);
    });
    const files = async (folder: string) => (await readdir(folder)).sort();
    expect(await files(out), 'nothing else is left behind').toEqual(await files(join(cwd, 'whole')));
  });
});

describe('Ctrl-C', () => {
  test('says the command that goes on, which does', async () => {
    const { cwd, code, stdout } = await interrupted(JSON.stringify(experiment));
    expect(code).toBe(130);
    const [, command] = /^continue with: wellfit (.*)$/m.exec(stdout) ?? expect.fail(stdout);
    expect(command).toMatch(/^train --resume [\d-]+-digits --threads 1$/);
    const [run] = await readdir(join(cwd, '.wellfit', 'runs'));
    const folder = join(cwd, '.wellfit', 'runs', run);
    expect((await checkpointOf(folder)).finished).toBeUndefined();
    const rest = await wellfit(cwd, ...command.split(' '), '--json');
    expect(rest.code).toBe(0);
    expect(rest.stderr).toMatch(/resuming \S+ in epoch \d+, after update [\d,]+\n/);
    const result = jsonOf(rest);
    expect(result.run).toBe(run);
    expect(result.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual(
      result.epochs.map((_: unknown, i: number) => i + 1),
    );
    await wellfit(cwd, 'train', 'e.json', '--out', 'whole', '--threads', '1');
    expect(await resultOf(folder)).toEqual(await resultOf(join(cwd, 'whole')));
    const again = await wellfit(cwd, 'train', '--resume', 'last');
    expectRefusal(again, 'this run is already finished', result.stopped.words);
  });

  test('leaves a run that may be named by its path, or by its checkpoint, and interrupted again', async () => {
    const { cwd } = await interrupted(endless, '--out', 'my runs/a');
    let latest = (await checkpointOf(join(cwd, 'my runs/a'))).state!.update;
    for (const path of ['my runs/a', 'my runs/a/checkpoint.safetensors']) {
      const { child, finished, until } = start(cwd, ['train', '--resume', path]);
      await until(/^ +\d+ +\d\.\d+/m);
      child.kill('SIGINT');
      const { code, stdout } = await finished;
      expect(code).toBe(130);
      expect(stdout).toContain('continue with: wellfit train --resume "my runs/a"\n');
      const { update } = (await checkpointOf(join(cwd, 'my runs/a'))).state!;
      expect(update).toBeGreaterThan(latest);
      latest = update;
    }
  });
});

describe('--resume', async () => {
  const { cwd } = await interrupted(endless, '--out', 'run');
  const path = join(cwd, 'run', 'checkpoint.safetensors');
  const bytes = await readFile(path);

  test('takes nothing that an experiment says', async () => {
    const cases = [
      ['--epochs', '3'],
      ['--batch-size', '3', '--lr', '0.1'],
      ['--set', 'seed=1'],
      ['--out', 'there'],
      ['e.json'],
    ];
    const all = await Promise.all(cases.map((more) => wellfit(cwd, 'train', '--resume', 'run', ...more)));
    all.forEach((done, i) => {
      expectRefusal(done, 'goes on with the settings it began with', 'beside --resume only', cases[i][0]);
    });
  });

  test('says where there is nothing to resume', async () => {
    const cases = { rum: 'there is no run "rum"', '.': '. holds no checkpoint', last: 'there is no run "last"' };
    for (const [run, says] of Object.entries(cases)) expectRefusal(await wellfit(cwd, 'train', '--resume', run), says);
  });

  test.each([
    ['cut short', () => bytes.subarray(0, bytes.length - 100), /no whole safetensors file/],
    ['with a changed bit', () => bytes.map((byte, i) => (i === bytes.length - 50 ? byte ^ 1 : byte)), /is damaged/],
    ['empty', () => new Uint8Array(0), /0 bytes/],
  ])('refuses a checkpoint that is damaged, and leaves it: %s', async (what, damage, says) => {
    const folder = join(cwd, what);
    await mkdir(folder);
    await writeFile(join(folder, 'checkpoint.safetensors'), damage());
    const { code, stderr } = await wellfit(cwd, 'train', '--resume', what);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).toContain(join(what, 'checkpoint.safetensors'));
    expect(stderr).not.toMatch(stackTrace);
    expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
  });

  test('lets one process work in a run at a time, also where the lock of a dead one is left', async () => {
    const folder = join(cwd, 'locked');
    await mkdir(folder);
    await writeFile(join(folder, 'checkpoint.safetensors'), bytes);
    const dead = start(cwd, ['train', '--resume', 'locked']);
    await dead.until(/^ +\d+ +\d\.\d+/m);
    dead.child.kill('SIGKILL');
    await dead.finished;
    expect(await readdir(folder)).toContain('lock');
    const both = [0, 1].map(() => start(cwd, ['train', '--resume', 'locked']));
    const refused = await Promise.race(both.map(async ({ finished }, i) => ({ i, ...(await finished) })));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('another process works in "locked"');
    expect(refused.stderr).not.toMatch(stackTrace);
    const other = both[1 - refused.i];
    await other.until(/^ +\d+ +\d\.\d+/m);
    other.child.kill('SIGINT');
    expect((await other.finished).code).toBe(130);
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.safetensors', 'model.onnx', 'result.json']);
  });
});

const limited = process.platform === 'win32' ? '(skipped: Windows limits no file sizes)' : '';

describe(`a checkpoint that cannot be written ${limited}`, () => {
  test.skipIf(limited)('is said once, training goes on, and the one before is kept', async () => {
    const { cwd } = await interrupted(endless, '--out', 'run');
    const before = await readFile(join(cwd, 'run', 'checkpoint.safetensors'));
    // Room for the model, not for the checkpoint.
    const bin = fileURLToPath(new URL('../../bin/wellfit.js', import.meta.url));
    const args = ['-c', 'ulimit -f 30; exec "$0" "$@"', process.execPath, bin, 'train', '--resume', 'run', ...often];
    const shell = spawn('bash', args, { cwd });
    let text = '';
    shell.stdout.on('data', (part) => {
      text += part;
      if (/^ +\d+ +\d[\s\S]*^ +\d+ +\d/m.test(text) && !shell.killed) shell.kill('SIGINT');
    });
    const code = await new Promise((resolve) => shell.on('close', resolve));
    expect(text.match(/checkpoint\.safetensors could not be written: E\w+/g)).toHaveLength(1);
    expect(text).toContain('the run goes on with the checkpoint before it');
    expect(text).toContain('continue with: wellfit train --resume run');
    expect(code).toBe(130);
    expect(before.equals(await readFile(join(cwd, 'run', 'checkpoint.safetensors')))).toBe(true);
    expect((await readdir(join(cwd, 'run'))).sort()).toEqual(['checkpoint.safetensors', 'model.onnx', 'result.json']);
  });
});
