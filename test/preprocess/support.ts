import { sizeOf, type Tensor } from '../../src/base/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { Graph, type Value, verify } from '../../src/graph/index.ts';
import {
  applyPreprocess,
  fitPreprocess,
  invertPreprocess,
  type Preprocess,
  readPreprocess,
} from '../../src/preprocess/index.ts';

export function dataset(features: Dataset['features'], shape: Dataset['shape'], columns?: readonly string[]): Dataset {
  const rows = features.length / sizeOf(shape);
  const targets = { kind: 'numbers', data: new Float32Array(rows), width: 1 } as const;
  return { name: 'test', rows, shape, features, targets, columns };
}

export const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

export const fit = (
  engine: Engine,
  data: Dataset,
  steps: readonly unknown[],
  rows: Int32Array = range(0, data.rows),
  seed = 0,
) => fitPreprocess(readPreprocess(steps), data, rows, { engine, seed });

/** What a graph makes of one tensor. */
export async function compute(engine: Engine, x: Tensor, build: (x: Value) => Value): Promise<Tensor> {
  const graph = new Graph();
  graph.output('y', build(graph.feed('x', 'float', x.shape)));
  verify(graph);
  const program = await engine.compile(graph);
  try {
    const { y } = await program.run(engine.memory(), { x });
    return { ...y, data: y.data.slice() };
  } finally {
    await program.release();
  }
}

export const apply = (engine: Engine, steps: readonly Preprocess[], x: Tensor) =>
  compute(engine, x, (value) => applyPreprocess(steps, value));

export const invert = (engine: Engine, steps: readonly Preprocess[], y: Tensor) =>
  compute(engine, y, (value) => invertPreprocess(steps, value));

/** The first rows of a data set, as a batch. */
export function batch({ features, shape }: Dataset, rows: number, first = 0): Tensor {
  const width = sizeOf(shape);
  const data = Float64Array.from(features.subarray(first * width, (first + rows) * width));
  return { dtype: 'float', shape: [rows, ...shape], data };
}
