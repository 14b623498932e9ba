import { availableParallelism } from 'node:os';
import { WellfitError } from '../../base/index.ts';
import { type Command, numberOption } from '../command.ts';
import { jsonOption } from '../options.ts';
import { shownPlace, storeOption, storePlace } from '../store.ts';

export const worker: Command = {
  summary: 'carry out trials of a search that runs on another machine, until it is over',
  examples: [
    'wellfit worker --store postgres://user:password@host/wellfit',
    'wellfit worker --store $WELLFIT_STORE --study customers-search --workers 8',
  ],
  define: (parser) =>
    jsonOption(
      storeOption(parser)
        .option('--study <name>', 'the only study to work for; default: whichever is running')
        .option('--workers <n>', 'trials at the same time; default: one a core', numberOption('workers')),
    ),

  async run(_, options, io) {
    const place = storePlace(options.store);
    const { isPostgres } = await import('../../runs/store/index.ts');
    if (!isPostgres(place))
      throw new WellfitError('option', 'a worker needs a PostgreSQL server that it shares with the search', {
        received: shownPlace(options.store),
        fix: 'name it with --store postgres://…, there and here; on one machine "wellfit search" has workers of its own',
      });
    const parallel = (options.workers as number | undefined) ?? availableParallelism();
    if (!(Number.isInteger(parallel) && parallel >= 1))
      throw new WellfitError('option', '--workers must be a whole number of 1 or more', { received: String(parallel) });
    const { serve } = await import('../../search/queue/index.ts');
    const { processWorkers } = await import('../../search/workers/index.ts');
    const counts = { complete: 0, pruned: 0, failed: 0, lost: 0 };
    await serve(place, {
      ...{ version: io.version, study: options.study as string | undefined, parallel, signal: io.signal },
      run: processWorkers,
      onEvent(event) {
        if (event.kind === 'waiting' || event.kind === 'trouble') io.say(`note: ${event.words}`);
        else if (event.kind === 'joined') io.say(`works for the study ${event.study}, ${parallel} trials at a time`);
        else if (event.kind === 'left') io.say(`the study ${event.study} is over`);
        else if (event.kind === 'begun') io.redraw(`trial ${event.number}`);
        else if (event.kind === 'ended') {
          const { state } = event.tried;
          counts[state]++;
          io.say(`trial ${event.number}: ${state}`);
        }
      },
    });
    io.redraw('');
    io.result(counts);
    return io.signal.aborted ? 130 : 0;
  },
};
