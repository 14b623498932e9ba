// A process that runs a study, or goes on with it: node queueCoordinator.ts URL NAME TRIALS PAUSE.
import { openStore, studiesIn } from '../../src/runs/store/index.ts';
import { drive, Study, type StudyRecord } from '../../src/search/index.ts';
import { queueWorkers } from '../../src/search/queue/index.ts';
import { lease, say } from './queuePretence.ts';
import { begin, factsOf } from './queueSupport.ts';

const [url, name, trials, pause] = process.argv.slice(2);
const store = await openStore(url);
const studies = studiesIn(store);
const known = (await studies.list()).some((one) => one.name === name);
const keeper = await (known
  ? studies.open(name)
  : studies.create(name, factsOf(begin(undefined, { name }), { pause: Number(pause) })));
const queue = await queueWorkers(url, store, keeper, { lease, onEvent: say });
const study = known
  ? new Study((await studies.read(name))!.record as StudyRecord, queue.onChange)
  : begin(queue.onChange, { name });
say({ kind: 'start', trials: study.trials.length });
const { workers, saved } = queue;
const ended = await drive(study, { workers, saved, budget: { trials: Number(trials) } });
await queue.close();
await keeper.close('finished');
await store.close();
say({ kind: 'done', ended });
