import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { expectRefusal, folderWith, jsonOf, wellfit } from './support.ts';

vi.setConfig({ testTimeout: 120_000 });

const ill = ['--dataset', 'digits', '--epochs', '6', '--lr', '3', '--threads', '1'];
const well = ['--dataset', 'digits', '--epochs', '6', '--threads', '1'];

describe('wellfit train', () => {
  test('tells the cause first, records it, and fails where it is asked to', async () => {
    const cwd = await folderWith();
    const { code, stdout } = await wellfit(cwd, 'train', ...ill, '--fail-on', 'error', '--out', 'run');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error, the likely cause: \w+.*\n {2}saw: .*\n {2}why: .*\n {2}try: /m);
    const result = JSON.parse(await readFile(join(cwd, 'run', 'result.json'), 'utf8'));
    expect(result.findings.filter(({ rootCause }: { rootCause: boolean }) => rootCause)).toHaveLength(1);
    expect(result.findings[0]).toMatchObject({
      rule: expect.any(String),
      severity: 'error',
      since: expect.any(Number),
      saw: expect.any(String),
      why: expect.any(String),
      try: expect.any(Array),
      proved: null,
    });
    expect((await wellfit(cwd, 'runs')).stdout).toMatch(/digits .*\d+ \(error\)/);
    const { stdout: shown } = await wellfit(cwd, 'show', 'last');
    expect(shown).toContain(result.findings[0].rule);
  });

  test('--repair changes what is wrong, and says what it changed', async () => {
    const cwd = await folderWith();
    const { code, stdout } = await wellfit(cwd, 'train', ...ill, '--repair', '--out', 'run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^repaired: balanced accuracy on the validation rows 0\.\d+ before, 0\.\d+ after$/m);
    expect(stdout).toMatch(/^ {2}learning rate 3\.000 -> 0\.\d+/m);
    const result = JSON.parse(await readFile(join(cwd, 'run', 'result.json'), 'utf8'));
    expect(result.repair.kept).toBe(true);
    expect(result.trials.length).toBeGreaterThan(0);
    expect(result.findings[0].proved.better).toBe(result.findings[0].proved.seeds);
    expect(result.test.metric).toBeGreaterThan(0.9);
    expect(JSON.stringify(result.settings.optimizer)).not.toContain('"lr":3');
  });

  test('leaves a healthy training in peace, with and without the first look', async () => {
    for (const more of [[], ['--no-check'], ['--repair']]) {
      const cwd = await folderWith();
      const { code, stdout } = await wellfit(cwd, 'train', ...well, ...more, '--fail-on', 'warning');
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/^(warning|error)/m);
    }
  });
});

describe('wellfit doctor', () => {
  test('looks at a recorded run and proves what it suspects', async () => {
    const cwd = await folderWith();
    await wellfit(cwd, 'train', ...ill, '--out', 'run');
    const result = await wellfit(cwd, 'doctor', 'last', '--json', '--threads', '1');
    expect(result.code).toBe(1);
    const { findings, trials } = jsonOf(result);
    expect(findings[0]).toMatchObject({ rootCause: true, proved: { seeds: 3, better: 3 } });
    expect(trials.length).toBeGreaterThan(0);
    const byFolder = await wellfit(cwd, 'doctor', 'run', '--times', '0');
    expect(byFolder.stdout).toContain('the likely cause');
  });

  test('trains an experiment, and ends with 0 where it is healthy', async () => {
    const cwd = await folderWith();
    const { code, stdout } = await wellfit(cwd, 'doctor', ...well);
    expect([code, stdout]).toEqual([0, expect.stringContaining('healthy: nothing was found that hurts this training')]);
  });

  test('suppresses with a reason, and refuses what it does not know', async () => {
    const cwd = await folderWith();
    await wellfit(cwd, 'train', ...ill, '--out', 'run');
    const { findings } = jsonOf(await wellfit(cwd, 'doctor', 'run', '--json', '--times', '0'));
    const all = findings.flatMap(({ rule }: { rule: string }) => ['--suppress', `${rule}=known`]);
    const { code, stdout } = await wellfit(cwd, 'doctor', 'run', '--times', '0', ...all);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`suppressed: ${findings[0].rule}, because known`)]);
    expectRefusal(await wellfit(cwd, 'doctor', 'run', '--suppress', 'rateToHigh=x'), 'did you mean "rateTooHigh"?');
    expectRefusal(await wellfit(cwd, 'doctor', 'rum'), 'there is no');
  });
});
