import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dataset } from '../../src/data/index.ts';
import { encodePng, loadData, missingTarget } from '../../src/data/readers/index.ts';
import { messageOf, temporaryFolder } from './support.ts';

let home: string;
beforeEach(async () => {
  home = await temporaryFolder();
  for (const name of ['HOME', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, join(home, 'cache'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

async function csv(name: string, head: string, rows: readonly string[]): Promise<string> {
  const path = join(home, name);
  await writeFile(path, `${[head, ...rows].join('\n')}\n`);
  return path;
}

/** Rows of every kind of column; each fifth has no target. */
const people = () =>
  csv(
    'people.csv',
    'id,age,city,member,since,country,remark,churned',
    times(60, (i) =>
      [
        1000 + i,
        i % 7 === 0 ? '' : 20 + (i % 13),
        ['Oslo', 'Rome', 'Lima'][i % 3],
        i % 4 < 2,
        `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`,
        'NO',
        `remark number ${i} of them`,
        i % 5 === 0 ? '' : i % 2 ? 'yes' : 'no',
      ].join(','),
    ),
  );

/** What is learned from, without the sentences that tell how it was found. */
const withoutNotes = ({ notes: _, ...rest }: Dataset) => rest;

describe('a table', () => {
  test('has its kinds and its task filled in, in the words of an experiment', async () => {
    const table = await people();
    const { data } = await loadData({ table, target: 'churned', columns: { age: 'category' } });
    expect(data).toEqual({
      table,
      target: 'churned',
      task: 'binary',
      columns: {
        id: 'ignore',
        age: 'category',
        city: 'category',
        member: 'boolean',
        since: 'date',
        country: 'ignore',
        remark: 'ignore',
      },
    });
  });

  test.each([
    ['a binary task', { target: 'churned' }],
    ['numbers', { target: 'age' }],
    ['several classes, of some rows', { target: 'city', where: 'age > 24' }],
    ['numbers taken for classes', { target: 'age', task: 'classes', where: 'age < 28' } as const],
    ['the result of a query', { target: 'churned', sql: "SELECT * EXCLUDE (id) FROM data WHERE city <> 'Rome'" }],
    ['groups and times', { target: 'churned', group: 'city', time: 'since' }],
  ])('read again by the settings that came of it is the same data set: %s', async (_, settings) => {
    const table = await people();
    const first = await loadData({ table, ...settings });
    const again = await loadData(first.data);
    expect(withoutNotes(again.dataset)).toEqual(withoutNotes(first.dataset));
    expect(again.data).toEqual(first.data);
    expect(again.table!.task).toBe(first.table!.task);
    expect(first.dataset.rows).toBeGreaterThan(10);
  });

  test('keeps its kinds when a later file would be guessed otherwise', async () => {
    const table = await people();
    const { data } = await loadData({ table, target: 'churned' });
    await csv(
      'people.csv',
      'id,age,city,member,since,country,remark,churned',
      times(30, (i) =>
        [i, i / 3, `town ${i}`, true, '2024-02-01', i % 2 ? 'NO' : 'SE', 'same', i % 2 ? 'yes' : 'no'].join(),
      ),
    );
    const { dataset } = await loadData(data);
    expect(dataset.columns).toEqual(['age', 'city', 'member', 'since']);
  });

  test('shows the rows of the file, though rows without a target were left out', async () => {
    const { dataset, table } = await loadData({ table: await people(), target: 'churned' });
    expect(dataset.rows).toBe(48);
    const kept = times(60, (i) => i).filter((i) => i % 5 !== 0);
    expect([...table!.rowNumbers]).toEqual(kept);
    const asked = [47, 0, 3, 4];
    const rows = await table!.rowsAt(asked);
    expect(rows.map(({ id }) => id)).toEqual(asked.map((row) => String(1000 + kept[row])));
    // Row 35 of the file, the 28th that is kept, has no age.
    expect((await table!.rowsAt([kept.indexOf(49)]))[0]).toEqual({
      id: '1049',
      age: null,
      city: 'Rome',
      member: 'true',
      since: '2024-01-22',
      country: 'NO',
      remark: 'remark number 49 of them',
      churned: 'yes',
    });
  });

  test.each([
    [{ where: 'id >= 1020' }, 1020],
    [{ sql: 'SELECT * FROM data WHERE id >= 1030 ORDER BY id' }, 1030],
  ])('shows the rows that were asked for: %j', async (asked, first) => {
    const { table } = await loadData({ table: await people(), target: 'churned', ...asked });
    // The first of them has no target.
    const [row] = await table!.rowsAt([0]);
    expect(row.id).toBe(String(first + 1));
  });

  test('of several files is one, and says how far it is', async () => {
    await csv(
      'a1.csv',
      'x,y',
      times(20, (i) => `${i / 3},${i % 2}`),
    );
    await csv(
      'a2.csv',
      'x,y',
      times(20, (i) => `${i / 7},${i % 2}`),
    );
    const heard: [string, number | undefined][] = [];
    const onProgress = (words: string, done?: number) => heard.push([words, done]);
    const { dataset } = await loadData({ table: join(home, 'a*.csv'), target: 'y' }, { onProgress });
    expect(dataset.rows).toBe(40);
    const [words, done] = heard.at(-1)!;
    expect(words).toContain(dataset.name);
    expect(done).toBe(1);
  });
});

describe('a target that nobody named', () => {
  test('is asked for with the columns there are, and the last of them as an example', async () => {
    const table = await csv('small.csv', 'size,colour,price', ['1,red,2', '2,blue,3']);
    const message = await messageOf(async () => {
      throw await missingTarget({ table });
    });
    expect(message).toContain('which column of "small" is to be learned?');
    expect(message).toContain('one of its 3 columns: size, colour, price');
    expect(message).toContain('received  no target');
    expect(message).toContain('--target price');
  });

  test('is quoted where a shell would divide it', async () => {
    const table = await csv('small.csv', 'size,sale price', ['1,2', '2,3']);
    expect((await missingTarget({ table })).message).toContain('--target "sale price"');
  });

  test('is asked for with the first 40 of many columns', async () => {
    const names = times(45, (i) => `c${i}`);
    const table = await csv('wide.csv', names.join(), [names.map(() => 1).join(), names.map(() => 2).join()]);
    const { message } = await missingTarget({ table });
    expect(message).toContain('one of its 45 columns: c0, c1,');
    expect(message).toContain('c39, …');
    expect(message).not.toContain('c40');
  });

  test('of a file that is not there is that mistake', async () => {
    expect(await messageOf(() => missingTarget({ table: join(home, 'none.csv') }))).toContain('none.csv');
  });
});

describe('a folder of images', () => {
  const put = async (path: string, value: number, [height, width] = [8, 6]) => {
    await mkdir(join(home, 'photos', path, '..'), { recursive: true });
    await writeFile(
      join(home, 'photos', path),
      await encodePng(new Uint8Array(height * width).fill(value), [1, height, width]),
    );
  };
  const images = () => join(home, 'photos');
  beforeEach(async () => {
    for (let i = 0; i < 3; i++) {
      await put(`dark/${i}.png`, 10 + i);
      await put(`light/${i}.png`, 200 + i);
    }
  });

  test('has its size and channels filled in, and read again it is the same data set', async () => {
    const { data, dataset, paths, broken, table } = await loadData({ images: images() });
    expect(data).toEqual({ images: images(), size: [8, 6], channels: 'grey' });
    expect(paths).toEqual(['dark/0.png', 'dark/1.png', 'dark/2.png', 'light/0.png', 'light/1.png', 'light/2.png']);
    expect([broken, table]).toEqual([[], undefined]);
    const again = await loadData(data);
    expect(withoutNotes(again.dataset)).toEqual(withoutNotes(dataset));
    expect(again.data).toEqual(data);
    const square = await loadData({ images: images(), size: 4, channels: 'color' });
    expect(square.data).toEqual({ images: images(), size: [4, 4], channels: 'color' });
    expect(square.dataset.shape).toEqual([3, 4, 4]);
  });

  test('lists what cannot be read and says where the others are', async () => {
    await writeFile(join(images(), 'dark', '1.png'), 'no picture');
    const { dataset, paths, broken } = await loadData({ images: images() });
    expect(dataset.rows).toBe(5);
    expect(paths).toHaveLength(5);
    expect(broken).toEqual([{ path: 'dark/1.png', why: expect.any(String) }]);
    expect(paths).not.toContain('dark/1.png');
  });

  test('of which nothing can be read is refused', async () => {
    for (const name of ['dark', 'light'])
      for (let i = 0; i < 3; i++) await writeFile(join(images(), name, `${i}.png`), 'no picture');
    expect(await messageOf(() => loadData({ images: images() }))).toMatch(/photos/);
  });
});

test('a data set by name is left as it is', async () => {
  const { data, dataset, table, paths } = await loadData({ dataset: 'iris' });
  expect(data).toEqual({ dataset: 'iris' });
  expect(dataset.rows).toBe(150);
  expect([table, paths]).toEqual([undefined, undefined]);
});
