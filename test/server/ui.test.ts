import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/command.ts';
import { ui } from '../../src/cli/commands/ui.ts';
import { openStore } from '../../src/runs/store/index.ts';
import { freshFile } from '../runs/support.ts';

/** The command until it is told to stop. */
function started(options: object) {
  const said: string[] = [];
  const stop = new AbortController();
  let tell = (_: { url: string }) => {};
  const ready = new Promise<{ url: string }>((resolve) => {
    tell = resolve;
  });
  const io: Io = {
    ...{ json: true, version: '1.2.3', live: false, signal: stop.signal },
    say: (line) => void said.push(line),
    redraw: () => {},
    result: (value) => tell(value as { url: string }),
  };
  const done = ui.run([], { port: 0, host: '127.0.0.1', ...options }, io);
  return { said, stop, ready, done };
}

test('the page is served until Ctrl-C, also over a store that is not there yet', async () => {
  const store = await freshFile();
  const { said, stop, ready, done } = started({ store });
  const { url } = await ready;
  expect(said.join('\n')).toContain('Start a search: wellfit search');
  expect(await (await fetch(url)).text()).toContain('<title>Wellfit</title>');
  expect(await (await fetch(`${url}api/studies`)).json()).toEqual({ studies: [] });
  await (await openStore(store)).close();
  expect(await (await fetch(`${url}api/studies`)).json()).toEqual({ studies: [] });
  stop.abort();
  expect(await done).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('what cannot be served is refused in words', async () => {
  await expect(started({ port: 1.5 }).done).rejects.toMatchObject({ name: 'WellfitError', kind: 'option' });
  await expect(started({ store: import.meta.filename }).done).rejects.toThrow('cannot be used');
});

test('whoever lets others in is told so', async () => {
  const { said, stop, ready, done } = started({ store: await freshFile(), host: '0.0.0.0' });
  await ready;
  expect(said.join('\n')).toContain('there is no password');
  stop.abort();
  await done;
});
