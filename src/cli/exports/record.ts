import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { forShell, grouped, WellfitError } from '../../base/index.ts';
import {
  csvOf,
  eventFile,
  eventFileName,
  type Network,
  networksOf,
  type RecordedEvent,
  replay,
} from '../../runs/index.ts';
import type { StoredRun } from '../../runs/store/index.ts';
import { toJson } from '../io.ts';
import { chooseRun, noStore, withStore } from '../store.ts';
import type { Exporter } from './exporter.ts';
import { checkFolder, checkFree, writePieces, writeWhole } from './write.ts';

interface Recorded {
  readonly run: StoredRun;
  readonly events: readonly RecordedEvent[];
  readonly networks: readonly Network[];
}

/** `write` makes the file or folder `path`, and tells how many bytes it has. */
const exporter =
  (
    extension: string,
    write: (path: string, recorded: Recorded) => Promise<number>,
    next?: (out: string) => string,
  ): Exporter =>
  async (given, { out, store }) => {
    const recorded = await withStore(store, async ({ runs, events }) => {
      const run = chooseRun(await runs(), given);
      const told = await events(run.id);
      return { run, events: told, networks: networksOf(told) };
    });
    if (!recorded) throw noStore(store);
    const { run, networks } = recorded;
    const numbers = networks.flatMap((network) => network.numbers.map(({ points }) => points.length));
    if (numbers.length === 0) throw nothing(run);
    const path = out ?? `${basename(run.folder)}.${extension}`;
    checkFree(path);
    await checkFolder(path);
    const bytes = await writeWhole(path, (partial) => write(partial, recorded));
    const count = grouped(numbers.reduce((a, b) => a + b, 0));
    return {
      run: run.name,
      out: path,
      bytes,
      from: `${count} numbers of ${networks.length === 1 ? 'one network' : `${networks.length} networks`}`,
      ...(next && { next: next(path) }),
    };
  };

/** A folder with a folder for each network, as TensorBoard takes it. */
export const tensorboard = exporter(
  'tensorboard',
  async (folder, { run, networks }) => {
    let bytes = 0;
    for (const network of networks) {
      const file = join(folder, network.name, eventFileName(run.started));
      await mkdir(dirname(file), { recursive: true });
      bytes += await writePieces(file, eventFile(network, run.started));
    }
    return bytes;
  },
  (out) => `look at it with: tensorboard --logdir ${forShell(out)}`,
);

/** One number a line. */
export const csv = exporter('csv', (file, { networks }) => writePieces(file, csvOf(networks)));

/** What "wellfit show --json" prints. */
export const json = exporter('json', (file, { run, events }) =>
  writePieces(file, [toJson({ run, record: replay(events) }), '\n']),
);

const nothing = ({ name, state }: StoredRun): WellfitError =>
  new WellfitError('data', `the run ${name} recorded no numbers`, {
    likely: state === 'running' ? 'it has only begun' : `it is ${state}, and ended before its first update`,
    fix: `wellfit show ${forShell(name)} tells what is known of it`,
  });
