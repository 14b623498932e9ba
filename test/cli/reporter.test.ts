import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Io } from '../../src/cli/command.ts';
import { columnLines } from '../../src/cli/terminal/columns.ts';
import { reporter } from '../../src/cli/terminal/events.ts';
import { fromArrays, type Row, tableDataset, tableOfRows } from '../../src/data/index.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { resolve, type Settings, type TrainEvent } from '../../src/train/index.ts';
import { cpu, on } from '../train/support.ts';

/** A terminal that remembers what was said and what was drawn. */
function terminal() {
  const said: string[] = [];
  const drawn: string[] = [];
  const io: Io = {
    json: false,
    version: '0',
    live: true,
    say: (line) => said.push(line),
    redraw: (line) => drawn.push(line),
    result: () => {},
    signal: new AbortController().signal,
  };
  return { io, said, drawn };
}

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const dataset = fromArrays({
  features: times(60, (i) => [i % 7, i % 5]),
  targets: times(60, (i) => (i % 2 ? 'yes' : 'no')),
  name: 'made',
});
const experiment = on(dataset, { model: 'linear', epochs: 10, earlyStopping: false });
const { settings, chosen } = resolve(experiment, dataset);

const start = (settings: Settings): TrainEvent => ({
  kind: 'start',
  settings,
  chosen,
  notes: ['the classes are unbalanced'],
  parameters: 1234,
  layers: [],
  target: { kind: 'classes', counts: [2400, 2400] },
  rows: { train: 4800, validation: 600, test: 600 },
});
const measure = { loss: 0.25, metric: 0.875 };
const record = (epoch: number) => ({ epoch, train: measure, validation: measure, seconds: 0.5 });
const progress = (epoch: number, share: number): TrainEvent => ({
  kind: 'progress',
  epoch,
  update: 1,
  rowsDone: 4800 * share,
  rowsTotal: 4800,
  loss: 0.5,
  metric: 0.75,
  samplesPerSecond: 12_345.6,
  secondsLeft: 42,
});
const member = (index: number, of: number, what: 'member' | 'fold' = 'member'): TrainEvent => ({
  kind: 'member',
  what,
  index,
  of,
});
const end = (epochs: number, best?: number): TrainEvent => ({
  kind: 'end',
  stopped: { ending: 'epochs', words: 'all epochs are done' },
  ...(best && { best: record(best) }),
  epochs,
});

afterEach(() => vi.restoreAllMocks());

describe('a single network', () => {
  test('is told with what was chosen, what to know, and a line an epoch', () => {
    const { io, said } = terminal();
    const tell = reporter(io, 'cpu');
    for (const event of [
      start(settings),
      { kind: 'epoch', record: record(1), best: true } as const,
      { kind: 'epoch', record: record(2), best: false } as const,
      end(2, 1),
    ])
      tell(event);
    expect(said[0]).toBe('made: 4,800 rows to train on, 600 for validation, 600 for the test');
    expect(said[1]).toBe('model: dense, 1,234 parameters; engine: cpu; seed 0');
    expect(said[2]).toBe('chosen for you:');
    expect(said).toContain('  optimizer = adam  (needs the least tuning)');
    expect(said).toContain('note: the classes are unbalanced');
    expect(said.slice(-3)).toEqual([
      ' epoch  train loss     train  valid. loss    valid.      time   (accuracy)',
      '     1      0.2500   87.50 %       0.2500   87.50 %    500 ms   best',
      '     2      0.2500   87.50 %       0.2500   87.50 %    500 ms',
    ]);
  });

  test('says where it is: epoch, bar, loss, metric, speed, and the time left of it', () => {
    const { io, said, drawn } = terminal();
    const tell = reporter(io, 'cpu');
    tell(start(settings));
    const before = said.length;
    tell(progress(6, 0));
    tell(progress(10, 1));
    expect(drawn).toEqual([
      'epoch 6/10 ███████░░░░░░░ loss 0.5000  accuracy 75.00 %  12,346 rows/s  42 s left',
      'epoch 10/10 ██████████████ loss 0.5000  accuracy 75.00 %  12,346 rows/s  42 s left',
    ]);
    expect(said).toHaveLength(before);
  });

  test('has a bar for what goes before: fitting and searching', () => {
    const { io, drawn } = terminal();
    const tell = reporter(io, 'cpu');
    tell({ kind: 'fit', step: 'columns', done: 0.5 });
    tell({ kind: 'search', what: 'learning rate', done: 1 });
    expect(drawn).toEqual([
      `fitting columns ${'█'.repeat(12)}${'░'.repeat(12)}`,
      `looking for the learning rate ${'█'.repeat(24)}`,
    ]);
  });
});

describe('several networks', () => {
  test('have one opening, and a line each', () => {
    const { io, said } = terminal();
    const tell = reporter(io, 'cpu');
    for (let index = 1; index <= 3; index++) {
      tell(member(index, 3));
      tell(start(settings));
      for (let epoch = 1; epoch <= 4; epoch++) tell({ kind: 'epoch', record: record(epoch), best: true });
      tell(end(4, index));
    }
    expect(said.filter((line) => line.startsWith('made:'))).toHaveLength(1);
    expect(said.filter((line) => line.includes('train loss'))).toEqual([]);
    expect(said.slice(-3)).toEqual(
      [1, 2, 3].map((i) => `member ${i} of 3: 4 epochs, kept epoch ${i}: validation accuracy 87.50 %, loss 0.2500`),
    );
    expect(said.at(-4)).toBe('');
  });

  test('are called folds in a cross-validation, and told without validation or a best epoch too', () => {
    const { io, said } = terminal();
    const tell = reporter(io, 'cpu');
    tell(member(1, 2, 'fold'));
    tell(start(settings));
    tell(end(7));
    tell(member(2, 2, 'fold'));
    tell(start(settings));
    const { validation: _, ...unmeasured } = record(5);
    tell({ kind: 'end', stopped: { ending: 'epochs', words: 'done' }, best: unmeasured, epochs: 5 });
    expect(said.slice(-2)).toEqual(['fold 1 of 2: all epochs are done', 'fold 2 of 2: 5 epochs']);
  });

  test('say where they are and the time left of all together', () => {
    const { io, drawn } = terminal();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(5000);
    const tell = reporter(io, 'cpu');
    tell(member(1, 4));
    tell(start(settings));
    // A fortieth of all work after a second, half of it after 60.
    clock.mockReturnValue(6000);
    tell(progress(1, 1));
    tell(member(2, 4));
    tell(start(settings));
    clock.mockReturnValue(65_000);
    tell(progress(10, 1));
    expect(drawn).toEqual([
      'member 1/4 ░░░░░░░░░░░░░░ epoch 1/10  loss 0.5000  12,346 rows/s  39 s left',
      'member 2/4 ███████░░░░░░░ epoch 10/10  loss 0.5000  12,346 rows/s  1 min 00 s left',
    ]);
  });

  test('that go on from a checkpoint do not count what others did before as done in no time', () => {
    const { io, drawn } = terminal();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const tell = reporter(io, 'cpu');
    tell(member(3, 4));
    tell(start(settings));
    tell(progress(1, 0));
    // A fourth of all work takes 30 seconds; there is another fourth.
    clock.mockReturnValue(30_000);
    tell(progress(10, 1));
    expect(drawn.at(-1)).toMatch(/ {2}30 s left$/);
  });

  test('are told so by a real training', async () => {
    const { io, said, drawn } = terminal();
    const run = await trainEnsemble(
      dataset,
      { ...experiment, epochs: 2, ensemble: { members: 2, bag: true } },
      { engine: cpu, onEvent: reporter(io, 'cpu') },
    );
    expect(run.members).toHaveLength(2);
    const lines = said.filter((line) => /^member \d of 2: 2 epochs/.test(line));
    expect(lines).toHaveLength(2);
    expect(drawn.some((line) => line.startsWith('member 2/2 '))).toBe(true);
    expect(drawn.join()).not.toMatch(/NaN|undefined/);
  });
});

describe('the columns of a table', () => {
  const factsOf = (rows: readonly Row[], target: string) => tableDataset(tableOfRows(rows, 'made'), { target });

  test('stand in lines under each other, with what is missing and why some are left out', async () => {
    const rows = times(1200, (i) => ({
      id: i,
      city: ['Oslo', 'Rome', null][i % 3],
      spent: i / 4,
      country: 'NO',
      churned: i % 2 ? 'yes' : 'no',
    }));
    expect(columnLines(await factsOf(rows, 'churned'))).toEqual([
      '  column   kind         missing  different',
      '  id       identifier                1,200  left out: it counts the rows',
      '  city     category         400          2',
      '  spent    number                    1,200',
      '  country  constant                      1  left out: it has the same value in every row',
      expect.stringMatching(/^target: churned, one of two classes \(.+\)$/),
    ]);
  });

  test('with long names are cut, and the lines stay in their columns', async () => {
    const long = 'how often the customer has called us in the last twelve months';
    const rows = times(30, (i) => ({ [long]: i / 3, short: i / 7, y: i / 9 }));
    const lines = columnLines(await factsOf(rows, 'y'));
    expect(lines[1]).toBe(`  ${long.slice(0, 31)}…  number                   30`);
    expect(lines[2].indexOf('number')).toBe(lines[1].indexOf('number'));
    expect(lines[0].length).toBe(lines[2].length);
    expect(lines.at(-1)).toMatch(/^target: y, a number /);
  });

  test.each([
    [40, undefined],
    [41, '  … and 1 more (all of them with --json)'],
    [100, '  … and 60 more (all of them with --json)'],
  ])('of %i columns, the first 40 are shown', async (count, more) => {
    const rows = times(30, (i) => ({
      ...Object.fromEntries(times(count, (k) => [`column ${k}`, i * (k + 1) + 0.5])),
      y: 'abc'[i % 3],
    }));
    const lines = columnLines(await factsOf(rows, 'y'));
    expect(lines.filter((line) => line.startsWith('  column ') && line.includes('number'))).toHaveLength(40);
    expect(lines[40]).toContain('column 39');
    expect(lines).toHaveLength(more ? 43 : 42);
    expect(lines.at(-2)).toBe(more ?? lines[40]);
    expect(lines.at(-1)).toMatch(/^target: y, one of several classes /);
  });
});
