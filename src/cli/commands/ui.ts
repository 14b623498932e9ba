import { WellfitError } from '../../base/index.ts';
import { type Command, numberOption } from '../command.ts';
import { jsonOption } from '../options.ts';
import { shownPlace, storeOption, storePlace } from '../store.ts';

export const ui: Command = {
  summary: 'a page in your browser over what is recorded: searches as they run, and what they found',
  examples: ['wellfit ui', 'wellfit ui --port 8080', 'wellfit ui --store postgres://lab@server/wellfit'],
  define: (parser) =>
    jsonOption(
      storeOption(parser)
        .option('--port <n>', 'where it is served; where that is taken, the next free one', numberOption('port'), 4610)
        .option('--host <address>', 'who can reach it: 127.0.0.1 is this machine alone', '127.0.0.1'),
    ),

  async run(_, { store, port, host }, io) {
    if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535)
      throw new WellfitError('option', '--port must be a whole number from 0 to 65535', { received: String(port) });
    const { storeExists } = await import('../../runs/store/index.ts');
    const { serve, studiesAt } = await import('../../server/index.ts');
    const place = storePlace(store);
    const studies = studiesAt(place);
    try {
      if (storeExists(place)) await studies.list();
      else
        io.say(
          `there is no run store ${shownPlace(store)} yet; the page waits for it. Start a search: wellfit search --dataset digits`,
        );
      const page = await serve({ studies, port: port as number, host: host as string });
      io.say(`${shownPlace(store)} is shown at ${page.url}`);
      if (!['127.0.0.1', '::1', 'localhost'].includes(host as string))
        io.say('everybody who can reach this address can read it: there is no password');
      io.say('Ctrl-C ends it');
      io.result({ url: page.url, store: shownPlace(store) });
      await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }));
      await page.close();
      return 0;
    } finally {
      await studies.close();
    }
  },
};
