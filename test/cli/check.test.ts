import { describe, expect, test } from 'vitest';
import { checks } from '../../src/doctor/index.ts';
import { expectRefusal, folderWith, jsonOf, wellfit } from './support.ts';

const run = async (...args: string[]) => wellfit(await folderWith(), 'check', ...args, '--threads', '1');
const zeros = ['--set', 'model=[{"dense":{"units":8,"init":"zeros"}},"relu",{"dense":{"units":3}}]'];

describe('wellfit check', () => {
  test('prints every question with its answer, and ends with 0 where all is well', async () => {
    const { code, stdout } = await run('--dataset', 'iris');
    expect(code).toBe(0);
    for (const { question } of Object.values(checks)) expect(stdout).toContain(question);
    expect(stdout).toMatch(/^ok +Is the first loss that of guessing\?\n +1\.\d+ over 64 rows {3}\[healthy: .*ln 3\]$/m);
    expect(stdout).toMatch(/\d+ of \d+ checks healthy in /);
  });

  test('ends with 1 and says what is wrong, why, and what to try', async () => {
    const { code, stdout } = await run('--dataset', 'iris', '--quick', ...zeros);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^error, the likely cause: symmetricUnits \("dense1"\)\n {2}saw: 0 of 8.*\n {2}why: .*\n {2}try: .*"dense1"/m,
    );
  });

  test('--json gives the measure of each check and the findings', async () => {
    const result = jsonOf(await run('--dataset', 'iris', '--quick', '--json', ...zeros));
    expect(result).toMatchObject({
      healthy: false,
      findings: expect.any(Array),
      suppressed: [],
      seconds: expect.any(Number),
    });
    expect(result.findings[0]).toMatchObject({
      rule: 'symmetricUnits',
      severity: 'error',
      layer: 'dense1',
      rootCause: true,
    });
    expect(result.checks).toContainEqual(
      expect.objectContaining({
        check: 'initialLoss',
        verdict: 'ok',
        measured: expect.any(String),
        healthy: expect.any(String),
      }),
    );
  });

  test('--fail-on error lets warnings pass, and --suppress lets pass what is wanted', async () => {
    const far = ['--dataset', 'digits', '--quick', '--set', 'regularize.l2=3'];
    expect((await run(...far)).code).toBe(1);
    expect((await run(...far, '--fail-on', 'error')).code).toBe(0);
    const { code, stdout } = await run(...far, '--suppress', 'penalties=to see what happens');
    expect([code, stdout]).toEqual([0, expect.stringContaining('suppressed: penalties, because to see what happens')]);
  });

  test('refuses what it does not know', async () => {
    expectRefusal(
      await run('--dataset', 'iris', '--suppress', 'symetricUnits=known'),
      'did you mean "symmetricUnits"?',
    );
    expectRefusal(await run('--dataset', 'iris', '--suppress', 'symmetricUnits'), '--suppress rule=reason');
    expectRefusal(await run('--dataset', 'iris', '--fail-on', 'much'), 'info, warning, error');
    expectRefusal(await run(), 'no data was named');
  });
});
