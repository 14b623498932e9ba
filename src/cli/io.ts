import type { Io } from './command.ts';

/** JSON has no NaN: numbers that are not finite become the texts "NaN", "Infinity", "-Infinity". */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v), 2);

/** Standard streams, and Ctrl-C as a signal: the first ends the work in order, the second ends the process. */
export function standardIo(json: boolean, version: string): Io {
  const text = json ? process.stderr : process.stdout;
  const live = process.stderr.isTTY === true;
  const controller = new AbortController();
  let drawn = false;
  const clear = () => {
    if (drawn) process.stderr.write('\r\x1b[2K');
    drawn = false;
  };
  const listen = () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(130);
        controller.abort();
        clear();
        process.stderr.write('stopping after this step; once more ends at once\n');
      });
    return controller.signal;
  };
  let signal: AbortSignal | undefined;
  return {
    json,
    version,
    live,
    // Only a command that asks for the signal takes Ctrl-C upon itself; any other ends at once.
    get signal() {
      signal ??= listen();
      return signal;
    },
    say(line) {
      clear();
      text.write(`${line}\n`);
    },
    redraw(line) {
      if (!live) return;
      clear();
      process.stderr.write(line.slice(0, (process.stderr.columns ?? 100) - 1));
      drawn = line !== '';
    },
    result(value) {
      clear();
      if (json) process.stdout.write(`${toJson(value)}\n`);
    },
  };
}
