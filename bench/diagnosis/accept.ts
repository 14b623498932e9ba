// Accepts a fault only if it hurts: node bench/diagnosis/accept.ts [--in folder] [--seeds 0-3,8]

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { outcomeOf, permutationTest } from './outcome.ts';
import { type Recorded, readHistories, readSeeds, record } from './record.ts';
import { suite } from './suite.ts';

export interface Verdict {
  readonly fault: string;
  readonly base: string;
  /** Means over the seeds: share of right answers, or R², on validation rows. */
  readonly clean: number;
  readonly faulty: number;
  /** One-sided, of an exact permutation test of the two. */
  readonly p: number;
  readonly accepted: boolean;
}

const file = new URL('accepted.json', import.meta.url);
const level = 0.05;

/** What was found when the faults were last put to the test. */
export const verdicts = (): Verdict[] => JSON.parse(readFileSync(file, 'utf8')) as Verdict[];

export function judge(runs: readonly Recorded[], seeds: readonly number[]): Verdict[] {
  const outcomes = (name: string) => runs.filter((run) => run.case === name && seeds.includes(run.seed)).map(outcomeOf);
  return suite
    .filter(({ kind }) => kind === 'fault')
    .map(({ name, base }) => {
      const [clean, faulty] = [outcomes(base), outcomes(name)];
      if (clean.length !== seeds.length || faulty.length !== seeds.length)
        throw new Error(`"${name}" or "${base}" was not recorded for all of the seeds ${seeds}`);
      const p = permutationTest(clean, faulty);
      return { fault: name, base, clean: mean(clean), faulty: mean(faulty), p, accepted: p < level };
    });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { in: { type: 'string' }, seeds: { type: 'string', default: '0-3,8' } } });
  const seeds = readSeeds(values.seeds);
  const known = values.in ? readHistories(values.in) : [];
  const runs: Recorded[] = [];
  const needed = suite.filter(({ kind, name }) => kind === 'fault' || suite.some(({ base }) => base === name));
  for (const one of needed)
    for (const seed of seeds)
      runs.push(known.find((run) => run.case === one.name && run.seed === seed) ?? (await record(one, seed)));
  const found = judge(runs, seeds);
  writeFileSync(file, `[\n${found.map((verdict) => `  ${JSON.stringify(rounded(verdict))}`).join(',\n')}\n]\n`);
  console.log('| fault | of | clean | faulty | p | |\n| --- | --- | ---: | ---: | ---: | --- |');
  for (const { fault, base, clean, faulty, p, accepted } of found)
    console.log(
      `| ${fault} | ${base} | ${clean.toFixed(3)} | ${faulty.toFixed(3)} | ${p.toFixed(3)} | ${accepted ? '' : 'does not hurt'} |`,
    );
}

const rounded = (verdict: Verdict): Verdict => ({
  ...verdict,
  clean: Number(verdict.clean.toFixed(4)),
  faulty: Number(verdict.faulty.toFixed(4)),
  p: Number(verdict.p.toFixed(4)),
});

if (import.meta.main) await main();
