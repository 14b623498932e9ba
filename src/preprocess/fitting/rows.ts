import { formatShape, type Shape, sizeOf, stridesOf } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Engine, Program } from '../../engine/index.ts';
import { Graph, type Value } from '../../graph/index.ts';
import type { Pulse } from './pulse.ts';

export type Numbers = Float32Array | Float64Array;

export interface RowBlock {
  /** rows x width; only good until the next block. */
  readonly data: Numbers;
  readonly rows: number;
  /** Which of all rows comes first. */
  readonly first: number;
}

/** Rows to learn from, as the earlier steps left them. */
export interface Rows {
  readonly count: number;
  /** Of one row. */
  readonly shape: Shape;
  readonly width: number;
  /** The most rows that a block has. */
  readonly blockRows: number;
  /** How the numbers came about: as the data set has them, computed one by one, or as mixtures of several. */
  readonly origin: 'data' | 'computed' | 'mixed';
  /** All rows in order. May be asked for again. */
  blocks(pulse: Pulse): AsyncGenerator<RowBlock>;
  /** The number in the data set of the i-th row. */
  rowOf(i: number): number;
  /** What a person calls a number of a row. */
  nameOf(feature: number): string;
}

/** The steps before: what they do to a batch, and what it makes of the numbers. */
export interface Earlier {
  readonly origin: Rows['origin'];
  apply(x: Value): Value;
}

/** Numbers in one block: large enough for matrix products, small enough for the memory (8 MiB in 32 bits). */
const blockNumbers = 2 ** 21;
const fewestRows = 64;

export interface OpenRows extends Rows {
  release(): Promise<void>;
}

/** The given rows of a data set after the earlier steps, which the engine computes block by block. */
export async function openRows(
  { features, shape: raw, columns }: Dataset,
  indices: Int32Array,
  earlier: Earlier,
  engine: Engine,
): Promise<OpenRows> {
  const size = sizeOf(raw);
  const blockRows = Math.min(indices.length, Math.max(fewestRows, Math.floor(blockNumbers / size)));
  const computed = await compile(earlier, [blockRows, ...raw], engine);
  const shape = computed?.shape ?? raw;
  const width = sizeOf(shape);
  const strides = stridesOf(shape);
  const gathered = new Float32Array(blockRows * size);

  async function* blocks(pulse: Pulse): AsyncGenerator<RowBlock> {
    for (let first = 0; first < indices.length; first += blockRows) {
      const rows = Math.min(blockRows, indices.length - first);
      for (let i = 0; i < rows; i++) {
        const from = indices[first + i] * size;
        gathered.set(features.subarray(from, from + size), i * size);
      }
      yield { data: (await computed?.run(gathered)) ?? gathered, rows, first };
      await pulse((first + rows) / indices.length);
    }
  }

  return {
    count: indices.length,
    shape,
    width,
    blockRows,
    origin: earlier.origin,
    blocks,
    rowOf: (i) => indices[i],
    nameOf: (feature) => {
      if (earlier.origin !== 'mixed' && columns) return columns[feature];
      return shape.length === 1
        ? String(feature)
        : formatShape(strides.map((stride, axis) => Math.floor(feature / stride) % shape[axis]));
    },
    release: async () => computed?.release(),
  };
}

async function compile({ origin, apply }: Earlier, shape: Shape, engine: Engine) {
  if (origin === 'data') return undefined;
  const graph = new Graph();
  const y = apply(graph.feed('rows', 'float', shape));
  graph.output('result', y);
  const program: Program = await engine.compile(graph);
  const memory = engine.memory();
  return {
    shape: y.shape.slice(1),
    run: async (data: Float32Array) =>
      (await program.run(memory, { rows: { dtype: 'float', shape, data } })).result.data as Numbers,
    release: () => program.release(),
  };
}
