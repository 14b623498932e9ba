import { crewOf, type Engine } from '../../engine/index.ts';
import type { Assigned, Job, JobHooks } from './job.ts';
import type { Tried } from './trial.ts';

type TryJob = (job: Job, options: JobHooks & { readonly engine: Engine }) => Promise<Tried>;

/** Jobs as one engine carries them out: one alone, or several as a crew that shares the calls of its programs. */
export const carriedOut = (engine: Engine, tryJob: TryJob) => ({
  run: (job: Job, hooks: JobHooks): Promise<Tried> => tryJob(job, { ...hooks, engine }),
  runStacked(assigned: readonly Assigned[]): readonly Promise<Tried>[] {
    if (assigned.length === 1) return [this.run(assigned[0].job, assigned[0].hooks)];
    const crew = crewOf(engine);
    // All have their seats before the first one begins.
    const seats = assigned.map(() => crew.join());
    return assigned.map(async ({ job, hooks }, i) => {
      try {
        return await tryJob(job, { ...hooks, engine: seats[i].engine });
      } finally {
        seats[i].leave();
      }
    });
  },
});
