import { describe, expect, test } from 'vitest';
import { sizeOf, type Tensor } from '../../src/base/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { add, gather, matmul, mul, relu } from '../../src/ops/index.ts';

const cpu = onnxRuntimeEngine({ threads: 1 });

const floats = (shape: readonly number[], at: (i: number) => number): Tensor => ({
  dtype: 'float',
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => at(i)),
});

/** w <- relu(w x) + a row of the table; counts the runs, and keeps what was fed last. */
function graphOf(): Graph {
  const graph = new Graph();
  const w = graph.state('w', 'float', [2, 2]);
  const runs = graph.state('runs', 'float', []);
  const last = graph.state('last', 'float', [2, 2]);
  const table = graph.state('table', 'float', [4, 2]);
  const x = graph.feed('x', 'float', [2, 2]);
  const row = graph.feed('row', 'int32', []);
  graph.update('w', add(relu(matmul(w, x)), gather(table, row, { axis: 0 })));
  graph.update('runs', add(runs, 1));
  // A state that nobody reads, and that becomes what was fed.
  graph.update(last.name, x);
  graph.output('seen', w);
  graph.output('twice', mul(runs, 2));
  return graph;
}

function memoryOf(engine: Engine) {
  const memory = engine.memory();
  memory.set(
    'w',
    floats([2, 2], (i) => 0.3 * i - 0.2),
  );
  memory.set(
    'runs',
    floats([], () => 0),
  );
  memory.set(
    'last',
    floats([2, 2], () => -1),
  );
  memory.set(
    'table',
    floats([4, 2], (i) => Math.fround(0.1 * i)),
  );
  return memory;
}

const fed = (turn: number) => ({
  x: floats([2, 2], (i) => Math.sin(turn + 3 * i)),
  row: { dtype: 'int32', shape: [], data: Int32Array.of(turn % 4) } as Tensor,
});
const together = (first: number, count: number) => {
  const turns = Array.from({ length: count }, (_, i) => fed(first + i));
  return {
    x: floats([count, 2, 2], (i) => turns[Math.floor(i / 4)].x.data[i % 4]),
    row: { dtype: 'int32', shape: [count], data: Int32Array.from(turns, ({ row }) => row.data[0]) } as Tensor,
  };
};

async function oneByOne(engine: Engine, count: number) {
  const memory = memoryOf(engine);
  const program = await engine.compile(graphOf());
  const seen: number[] = [];
  const twice: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const results = await program.run(memory, fed(turn));
    seen.push(...results.seen.data);
    twice.push(...results.twice.data);
  }
  await program.release();
  return { memory, seen, twice };
}

describe('a repeated program', () => {
  for (const engine of [cpu, referenceEngine])
    test(`gives what single runs give, to the bit, however many a call (${engine.name})`, async () => {
      const expected = await oneByOne(engine, 9);
      const memory = memoryOf(engine);
      const program = await engine.compile(graphOf(), { repeated: true });
      const [seen, twice]: number[][] = [[], []];
      let turn = 0;
      for (const count of [1, 5, 3]) {
        const results = await program.run(memory, together(turn, count));
        expect(results.seen.shape).toEqual([count, 2, 2]);
        expect(results.twice.shape).toEqual([count]);
        seen.push(...results.seen.data);
        twice.push(...results.twice.data);
        turn += count;
      }
      await program.release();
      expect({ seen, twice }).toEqual({ seen: expected.seen, twice: expected.twice });
      for (const name of ['w', 'runs', 'last', 'table'])
        expect((await memory.get(name)).data).toEqual((await expected.memory.get(name)).data);
    });

  test('says which feed does not fit', async () => {
    const program = await cpu.compile(graphOf(), { repeated: true });
    const { x, row } = together(0, 3);
    await expect(program.run(memoryOf(cpu), { x, row: { ...row, data: row.data.slice(1) } })).rejects.toThrow(
      /"row" does not fit/,
    );
    await program.release();
  });
});
