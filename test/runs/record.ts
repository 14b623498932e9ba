// A process that records a run as a training does: node record.ts STORE NAME EVENTS, without end where EVENTS is 0.
import { setTimeout as wait } from 'node:timers/promises';
import { recordRun } from '../../src/runs/background/index.ts';
import { facts, updatesFrom } from './support.ts';

const [place, name, count] = process.argv.slice(2);
const run = recordRun({ place, facts: facts(name), resume: false }, (words) => {
  throw new Error(words);
});
for (let i = 1; Number(count) === 0 || i <= Number(count); i++) {
  run.write({ ...updatesFrom(i, [i % 5 ? 1 / i : Number.NaN]), time: Date.now() });
  // About 2,000 events a second.
  if (i % 10 === 0) await wait(5);
}
await run.finish('finished');
