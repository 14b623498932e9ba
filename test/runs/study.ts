// A process that keeps a study without end: node study.ts STORE NAME.
import { setTimeout as wait } from 'node:timers/promises';
import { openStore, studiesIn } from '../../src/runs/store/index.ts';
import { studyFacts, trialOf } from './support.ts';

const [place, name] = process.argv.slice(2);
const keeper = await studiesIn(await openStore(place)).create(name, studyFacts, (words) => {
  throw new Error(words);
});
for (let number = 0; ; number++) {
  keeper.change({ kind: 'asked', trial: trialOf(number) });
  for (let step = 1; step <= 3; step++)
    keeper.change({ kind: 'reported', number, attempt: 1, report: { step, value: number / step } });
  keeper.change({ kind: 'told', trial: { ...trialOf(number), state: 'complete', told: 2 * number + 2 } });
  await wait(1);
}
