import * as runtime from '#onnxruntime';
import { Random, sizeOf, type Tensor } from '../../src/base/index.ts';
import { evaluate } from '../../src/engine/index.ts';
import { type Graph, liveNodes } from '../../src/graph/index.ts';
import { gap } from '../golden/read.ts';

/** Reproducible numbers for every input of a graph, as 32-bit floats hold them. */
export const inputsOf = (graph: Graph, seed = 1): Record<string, Tensor> =>
  Object.fromEntries(
    [...graph.feeds].map(([name, { dtype, shape }], i) => {
      const random = new Random(seed, i);
      const data = Float64Array.from({ length: sizeOf(shape) }, () =>
        dtype === 'float' ? Math.fround(random.normal()) : dtype === 'bool' ? random.below(2) : random.below(3),
      );
      const typed = {
        float: data,
        int32: Int32Array.from(data),
        uint8: Uint8Array.from(data),
        bool: Uint8Array.from(data),
      };
      return [name, { dtype, shape, data: typed[dtype] }];
    }),
  );

const ortTypes = { float: 'float32', int32: 'int32', uint8: 'uint8', bool: 'bool' } as const;

/** What ONNX Runtime computes from the original bytes. */
export async function inRuntime(bytes: Uint8Array, inputs: Readonly<Record<string, Tensor>>) {
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape, data }]) => [
      name,
      new runtime.Tensor(ortTypes[dtype], dtype === 'float' ? Float32Array.from(data) : (data as Int32Array), [
        ...shape,
      ]),
    ]),
  );
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Array.from(data as Float32Array | BigInt64Array, Number) },
    ]),
  );
}

/**
 * Largest |a - b| / (1 + |b|) between the read graph in float64 and ONNX Runtime on the file, over all outputs that were read; infinity where
 * shapes differ.
 */
export async function distanceToRuntime(bytes: Uint8Array, graph: Graph, seed?: number): Promise<number> {
  const inputs = inputsOf(graph, seed);
  const expected = await inRuntime(bytes, inputs);
  const { outputs } = evaluate(graph, liveNodes(graph), inputs);
  const gaps = Object.entries(outputs).map(([name, { shape, data }]) =>
    String(shape) === String(expected[name].shape) ? gap(data, expected[name].data) : Infinity,
  );
  return Math.max(...gaps);
}
