import { duration, grouped, short, WellfitError } from '../../base/index.ts';
import { bestOf, findingsOf } from '../../runs/index.ts';
import type { StoredRun } from '../../runs/store/index.ts';
import { type Command, numberOption } from '../command.ts';
import { jsonOption } from '../options.ts';
import { shownPlace, storeOption, withStore } from '../store.ts';
import { grid } from '../terminal/grid.ts';
import { formatMetric } from '../terminal/table.ts';

export const runs: Command = {
  summary: 'the runs so far, newest first: how far each came and how good it is',
  examples: ['wellfit runs', 'wellfit runs --limit 100', 'wellfit runs --store postgres://lab@server/wellfit --json'],
  define: (parser) =>
    jsonOption(storeOption(parser).option('--limit <n>', 'at most so many', numberOption('limit'), 20)),

  async run(_, { store, limit }, io) {
    if (!Number.isInteger(limit) || (limit as number) < 1)
      throw new WellfitError('option', '--limit must be a whole number from 1', { received: String(limit) });
    // One more tells whether there are more.
    const found = (await withStore(store, ({ runs }) => runs((limit as number) + 1))) ?? [];
    const shown = found.slice(0, limit as number);
    if (shown.length === 0) io.say('no run is recorded yet; start one: wellfit train --dataset digits');
    else for (const line of grid([header, ...shown.map(row)], 3)) io.say(line);
    if (found.length > shown.length) io.say(`older runs: --limit ${10 * (limit as number)}`);
    io.result({ store: shownPlace(store), runs: shown.map(summaryOf) });
    return 0;
  },
};

const header = ['run', 'data', 'state', 'epochs', 'valid. loss', 'valid.', '', 'time', 'findings'];

function row({ name, dataset, state, summary }: StoredRun): string[] {
  const best = bestOf(summary);
  const { metric = '', members, of, seconds } = summary;
  const { count, worst } = findingsOf(summary);
  const epochs = members.map(({ epochs }) => epochs).reduce((a, b) => a + b, 0);
  return [
    name,
    dataset,
    state,
    of > 1 ? `${grouped(epochs)} in ${members.length}/${of}` : grouped(epochs),
    best ? short(best.loss) : '',
    best?.metric === undefined ? '' : formatMetric(metric, best.metric),
    best?.metric === undefined ? '' : metric,
    duration(seconds),
    worst === undefined ? '' : `${count} (${worst})`,
  ];
}

/** What --json shows of a run; "wellfit show" has the rest. */
const summaryOf = ({ settings: _, results: __, summary, ...run }: StoredRun) => ({
  ...run,
  ...summary,
  best: bestOf(summary),
});
