// Measures the doctor, and other tools beside it: node bench/diagnosis/run.ts [--seeds 0-7] [--repair 0-1] [--in folder] [--cases C0,M0] [--kind fault]
// [--half heldOut] [--json] [--write]

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration } from '../../src/base/index.ts';
import { rules } from '../../src/doctor/index.ts';
import { encode } from '../../src/runs/index.ts';
import { machine } from '../machine.ts';
import { verdicts } from './accept.ts';
import type { Measured, Task } from './measure.ts';
import { inProcesses } from './pool.ts';
import { chosenCases, readSeeds } from './record.ts';
import type { Repaired } from './repair.ts';
import type { Mended } from './repairScore.ts';
import { details, summary, writeReport } from './report.ts';
import type { Judged } from './score.ts';
import { type Case, halves, suite } from './suite.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0-7' },
    /** Seeds with which faults are put to the proof and repaired. */
    repair: { type: 'string' },
    /** Where `record` has put what it saw; what is not there is trained. */
    in: { type: 'string' },
    cases: { type: 'string' },
    kind: { type: 'string' },
    half: { type: 'string', default: 'all' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** A fault that does not hurt is none. */
const harmless = new Set(verdicts().flatMap(({ fault, accepted }) => (accepted ? [] : [fault])));
const cases = chosenCases(values).filter(({ name }) => !harmless.has(name));
const caseOf = (name: string): Case => suite.find((one) => one.name === name)!;

const fileOf = (name: string, seed: number) => {
  const file = values.in && join(values.in, `${name}-${seed}.json`);
  return file && existsSync(file) ? { file } : {};
};
const seeds = readSeeds(values.seeds);
const faults = cases.filter(({ kind }) => kind === 'fault');
const tasks: Task[] = [
  ...(values.repair ? readSeeds(values.repair) : []).flatMap((seed) =>
    faults.map(({ name }) => ({ name, seed, repair: true })),
  ),
  ...seeds.flatMap((seed) => cases.map(({ name }) => ({ name, seed, ...fileOf(name, seed) }))),
];

const start = performance.now();
const { answers, errors } = await inProcesses(tasks, 2, (done) => {
  const seconds = (performance.now() - start) / 1000;
  if (process.stderr.isTTY || done % 10 === 0)
    process.stderr.write(`${done} of ${tasks.length} after ${duration(seconds)}\n`);
});
const order = new Map(cases.map(({ name }, i) => [name, i]));
const inOrder = answers.toSorted((a, b) => order.get(a.name)! - order.get(b.name)! || a.seed - b.seed);
const runs = inOrder.filter((answer): answer is Measured => 'said' in answer);
const mended = inOrder
  .filter((answer): answer is { name: string; seed: number } & Repaired => 'clean' in answer)
  .map(({ name, ...answer }): Mended => ({ one: caseOf(name), ...answer }));

const tools = Object.keys(runs[0]?.said ?? {});
const judged = Object.fromEntries(
  tools.map((tool) => [
    tool,
    runs.map(({ name, seed, updates, said }): Judged => ({ one: caseOf(name), seed, updates, said: said[tool] })),
  ]),
);
const measured = Object.entries<readonly Case[]>(halves)
  .filter(([, half]) => half.some((one) => cases.includes(one)))
  .map(([name, half]) => {
    const within = <T extends { readonly one: Case }>(of: readonly T[]): T[] =>
      of.filter(({ one }) => half.includes(one));
    const said = Object.fromEntries(Object.entries(judged).map(([tool, all]) => [tool, within(all)]));
    return { name, said, mended: within(mended) };
  });

if (values.json) console.log(encode({ machine: machine(), seeds, answers: inOrder }));
else console.log(measured.map((half) => `${summary(half)}\n\n${details(half)}`).join('\n\n'));
if (values.write) writeReport(measured, machine());

const unknown = [...new Set(cases.flatMap(({ expect }) => expect))].filter((name) => !Object.hasOwn(rules, name));
if (unknown.length > 0) console.error(`Expected, but no rule has the name: ${unknown.join(', ')}.`);
for (const error of errors) console.error(error);
if (errors.length > 0) process.exitCode = 1;
