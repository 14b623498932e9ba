// Measures the doctor, and other tools beside it: node bench/diagnosis/run.ts [--seeds 0-7] [--in folder] [--cases C0,M0] [--kind fault] [--half heldOut] [--json]

import { parseArgs } from 'node:util';
import { rules } from '../../src/doctor/index.ts';
import { encode } from '../../src/runs/index.ts';
import { machine } from '../machine.ts';
import { verdicts } from './accept.ts';
import { baselines } from './baselines/index.ts';
import { chosenCases, type Recorded, readHistories, readSeeds, record } from './record.ts';
import { type Judged, ours, type Said, score, theirs } from './score.ts';
import { type Case, halves } from './suite.ts';
import { caseTable, scoreTable } from './table.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0-7' },
    /** Where `record` has put what it saw; what is not there is trained. */
    in: { type: 'string' },
    cases: { type: 'string' },
    kind: { type: 'string' },
    half: { type: 'string', default: 'all' },
    json: { type: 'boolean', default: false },
  },
});

/** A fault that does not hurt is none. */
const harmless = new Set(verdicts().flatMap(({ fault, accepted }) => (accepted ? [] : [fault])));
const cases = chosenCases(values).filter(({ name }) => !harmless.has(name));
const known = values.in ? readHistories(values.in) : [];
const seeds = readSeeds(values.seeds);

const runs: { one: (typeof cases)[number]; run: Recorded }[] = [];
for (const one of cases)
  for (const seed of seeds) {
    const found = known.find((run) => run.case === one.name && run.seed === seed);
    runs.push({ one, run: found ?? (await record(one, seed)) });
  }

const tools: Record<string, (run: Recorded) => Said> = {
  Wellfit: ({ history }) => ours(history),
  ...Object.fromEntries(baselines.map((tool) => [tool.name, ({ history }: Recorded) => theirs(tool, history)])),
};
const judged = Object.fromEntries(
  Object.entries(tools).map(([name, say]) => [
    name,
    runs.map(({ one, run }): Judged => ({ one, run, said: say(run) })),
  ]),
);
const scoresOf = (half: readonly Case[]) =>
  Object.fromEntries(
    Object.entries(judged).map(([name, all]) => [name, score(all.filter(({ one }) => half.includes(one)))]),
  );
const measured = Object.entries<readonly Case[]>(halves).filter(([, half]) => half.some((one) => cases.includes(one)));
const scores = Object.fromEntries(measured.map(([half, all]) => [half, scoresOf(all)]));

// Proof and repair come in here: what the doctor's probes prove, and how well the repaired run does beside that of `base`.

const unknown = [...new Set(cases.flatMap(({ expect }) => expect))].filter((name) => !Object.hasOwn(rules, name));

if (values.json) {
  const plain = Object.entries(judged).map(([tool, all]) => [
    tool,
    all.map(({ one, run, said }) => ({ case: one.name, kind: one.kind, seed: run.seed, expect: one.expect, ...said })),
  ]);
  console.log(encode({ machine: machine(), seeds, scores, runs: Object.fromEntries(plain) }));
} else {
  for (const [half, all] of measured) {
    const count = (kind: string) => all.filter((one) => one.kind === kind && cases.includes(one)).length;
    console.log(`## ${half}: ${count('healthy')} healthy cases and ${count('fault')} faults, seeds ${values.seeds}\n`);
    console.log(`${scoreTable(scores[half])}\n`);
    console.log(`${caseTable(judged.Wellfit.filter(({ one }) => all.includes(one)))}\n`);
  }
  if (unknown.length > 0) console.log(`Expected, but no rule has the name: ${unknown.join(', ')}.`);
}
