import { describe, expect, test } from 'vitest';
import * as runtime from '#onnxruntime';
import { type Attributes, Graph, liveNodes, type Value, verify } from '../../src/graph/index.ts';
import { decode, encode } from '../../src/onnx/index.ts';
import { add, mul, operators, relu } from '../../src/ops/index.ts';
import { gap } from '../golden/read.ts';
import { runReference, single } from '../support/graphs.ts';

/** What a graph says, but for the order in which attributes were named; floats as a file holds them, in 32 bits. */
function structure(graph: Graph) {
  const type = ({ name, dtype, shape }: Value) => ({ name, dtype, shape });
  const narrow = (attributes: Attributes) =>
    Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, typeof value === 'number' ? Math.fround(value) : value]),
    );
  return {
    feeds: [...graph.feeds.values()].map(type),
    nodes: liveNodes(graph).map(({ op, scope, inputs, attributes, output }) => ({
      op: op.name,
      scope,
      inputs: inputs.map(type),
      attributes: narrow(attributes),
      output: type(output),
    })),
    outputs: [...graph.outputs].map(([name, value]) => [name, value.name]),
  };
}

for (const [name, { spec }] of Object.entries(operators)) {
  describe(`${name}, written and read again`, () => {
    for (const sample of spec.samples())
      test(`${sample.label}: is the same graph, gives the same numbers, and ONNX Runtime accepts it`, async () => {
        const { graph } = single(spec, sample.inputs, sample.attributes);
        const bytes = encode(graph);
        const again = decode(bytes).graph;
        verify(again);
        expect(structure(again)).toEqual(structure(graph));
        const [expected, actual] = [graph, again].map((g) => runReference(g, sample.inputs).y);
        expect(actual.shape).toEqual(expected.shape);
        expect(gap(actual.data, expected.data)).toBeLessThan(1e-7);

        const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
        expect(session.inputNames).toEqual([...graph.feeds.keys()]);
        expect(session.outputNames).toEqual(['y']);
        await session.release();
      });
  });
}

/** A graph with everything a file can hold: a feed, a constant, scopes, two outputs. */
function small(): Graph {
  const graph = new Graph();
  const x = graph.feed('x0', 'float', [2, 3]);
  const w = graph.constant({ dtype: 'float', shape: [3], data: Float64Array.of(0.5, -1, 2) }, 'w');
  const hidden = graph.scope('first', () => relu(mul(x, w)));
  graph.output('hidden', hidden);
  graph.output(
    'y',
    graph.scope('second', () => add(hidden, 1)),
  );
  return graph;
}

describe('a whole graph, written and read again', () => {
  test('keeps its constants to the bit, its scopes and the names of its outputs', () => {
    const again = decode(encode(small())).graph;
    expect(structure(again)).toEqual(structure(small()));
    const x = [{ dtype: 'float', shape: [2, 3], data: Float64Array.of(1, 2, 3, -1, -2, -3) }] as const;
    const run = (graph: Graph) => runReference(graph, x);
    expect(run(again)).toEqual(run(small()));
  });

  test('keeps its metadata', () => {
    expect(decode(encode(small(), { metadata: { a: 'ä ☕', empty: '' } })).metadata).toEqual({ a: 'ä ☕', empty: '' });
  });

  test('takes batches of any size where axis 0 is free', () => {
    const { graph } = decode(encode(small(), { freeBatch: true }), 7);
    expect(graph.outputs.get('y')!.shape).toEqual([7, 3]);
  });
});
