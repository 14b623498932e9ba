import { availableParallelism } from 'node:os';

/** How many images are worked on at the same time: one for each core, and some that wait for the disk. */
const abreast = availableParallelism() + 2;

/** What `work` makes of each item, in their order; some are worked on ahead of the one that is asked for. `work` must not fail. */
export async function* inOrder<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  for (const item of items) {
    waiting.push(work(item));
    if (waiting.length >= abreast) yield waiting.shift()!;
  }
  while (waiting.length > 0) yield waiting.shift()!;
}
