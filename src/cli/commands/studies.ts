import { WellfitError } from '../../base/index.ts';
import type { Objective } from '../../search/index.ts';
import type { Command } from '../command.ts';
import { jsonOption } from '../options.ts';
import { shownPlace, storeOption, withStore } from '../store.ts';
import { formatMetric } from '../terminal/table.ts';

export const studies: Command = {
  summary: 'list the searches of the run store',
  examples: ['wellfit studies', 'wellfit studies --store postgres://user:password@host/wellfit --json'],
  define: (parser) => jsonOption(storeOption(parser)),

  async run(_, options, io) {
    const { studiesIn } = await import('../../runs/store/index.ts');
    const all = await withStore(options.store, (store) => studiesIn(store).list());
    if (!all)
      throw new WellfitError('option', `there is no run store ${shownPlace(options.store)}`, {
        likely: 'nothing was searched in this folder yet',
        fix: 'begin a search: wellfit search --dataset digits; or name a store with --store',
      });
    if (all.length === 0) io.say('no studies yet; begin one: wellfit search --dataset digits');
    const listed = all.map(({ name, created, state, counts, best, settings }) => {
      const [objective] = (settings as { objectives: readonly Objective[] }).objectives;
      const value = best === undefined ? undefined : objective.better === 'lower' ? best : -best;
      return { name, created, state, counts, objective: objective.name, ...(value !== undefined && { best: value }) };
    });
    const width = Math.max(...listed.map(({ name }) => name.length));
    for (const { name, state, counts, objective, best } of listed) {
      const told = Object.entries(counts)
        .map(([of, count]) => `${count} ${of}`)
        .join(', ');
      io.say(
        `${name.padEnd(width)}  ${state.padEnd(11)}  ${best === undefined ? '' : `${objective} ${formatMetric(objective, best)}  `}${told}`,
      );
    }
    io.result({ studies: listed });
    return 0;
  },
};
