import { duration, grouped } from '../../base/index.ts';
import { dayText, type Model } from '../../predict/index.ts';
import type { Io } from '../command.ts';
import { bar } from '../terminal/bar.ts';
import type { Source } from './source.ts';

/** A line on stderr, whatever stdout carries. */
export function remark(io: Io, text: string): void {
  io.redraw('');
  process.stderr.write(`${text}\n`);
}

/** Shows how many rows are done, ten times a second at most. */
export function progress(io: Io, { total, what }: Pick<Source, 'total' | 'what'>): (done: number) => void {
  const started = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  return (done) => {
    const now = performance.now();
    if (now - drawn < 100) return;
    drawn = now;
    const left = ((now - started) / 1000 / done) * (total - done);
    io.redraw(`predicting ${bar(done / total)} ${grouped(done)} of ${grouped(total)} ${what}  ${duration(left)} left`);
  };
}

/** What a person should know before believing the answers, in sentences. */
export function warnings({ facts }: Model, { surprises, broken, total }: Source): string[] {
  const columns = [...surprises].flatMap(([name, { outside, unseen, examples }]) => {
    const { kind, range } = facts.columns!.find((column) => column.name === name)!;
    const shown = examples.map((text) => (kind === 'category' ? JSON.stringify(text) : text)).join(', ');
    const rows = (count: number, one: string, many: string) =>
      `${grouped(count)} of ${grouped(total)} rows ${count === 1 ? one : many}`;
    if (unseen > 0)
      return `${name}: ${rows(unseen, 'has', 'have')} a value that the model has not learned, such as ${shown}`;
    const [low, high] = range!.map((x) => (kind === 'date' ? dayText(x) : String(Number(x.toPrecision(7)))));
    return `${name}: ${rows(outside, 'lies', 'lie')} outside ${low} … ${high}, all that the model has seen: ${shown}`;
  });
  const [first] = broken;
  const unread = first
    ? [
        `${grouped(broken.length)} of ${grouped(total)} images cannot be read and have no prediction, as ${first.path}: ${first.why}`,
      ]
    : [];
  return [...columns, ...unread];
}

/** The same for --json. */
export const surprisesOf = ({ surprises }: Source) => Object.fromEntries(surprises);

const mostNamed = 10;

/** Names in a sentence. */
export const listed = (names: readonly string[]): string =>
  names.slice(0, mostNamed).join(', ') +
  (names.length > mostNamed ? ` and ${grouped(names.length - mostNamed)} more` : '');
