import { gradients } from '../../src/autodiff/index.ts';
import type { Tensor } from '../../src/base/index.ts';
import { type Engine, evaluate } from '../../src/engine/index.ts';
import { type Attributes, Graph, liveNodes, type OperatorSpec, type Value, verify } from '../../src/graph/index.ts';
import { mul, reduceSum } from '../../src/ops/index.ts';

/** A graph that applies one operator to fed inputs. */
export function single(
  op: OperatorSpec,
  inputs: readonly Tensor[],
  attributes: Attributes = {},
): { graph: Graph; x: Value[]; y: Value } {
  const graph = new Graph();
  const x = inputs.map(({ dtype, shape }, i) => graph.feed(`x${i}`, dtype, shape));
  const y = graph.scope('sample', () => graph.apply(op, x, attributes));
  graph.output('y', y);
  verify(graph);
  return { graph, x, y };
}

export const feedsOf = (inputs: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(inputs.map((t, i) => [`x${i}`, t]));

export const runReference = (graph: Graph, inputs: readonly Tensor[]) =>
  evaluate(graph, liveNodes(graph), feedsOf(inputs)).outputs;

export async function runOn(engine: Engine, graph: Graph, inputs: readonly Tensor[]) {
  const program = await engine.compile(graph);
  try {
    return await program.run(engine.memory(), feedsOf(inputs));
  } finally {
    await program.release();
  }
}

/** Adds d(sum of y * cotangent)/dx for every float input as outputs dx0, dx1, …; the cotangent makes every entry count differently. */
export function addGradients(graph: Graph, x: readonly Value[], y: Value): { loss: Value; wanted: number[] } {
  const size = y.shape.reduce((n, s) => n * s, 1);
  const cotangent = graph.constant({
    dtype: 'float',
    shape: y.shape,
    data: Float64Array.from({ length: size }, (_, i) => Math.fround(0.5 + ((i * 7919) % 13) / 13)),
  });
  const loss = reduceSum(mul(y, cotangent), { axes: y.shape.map((_, i) => i), keepdims: 0 });
  const wanted = x.flatMap((value, i) => (value.dtype === 'float' ? [i] : []));
  const slopes = gradients(
    loss,
    wanted.map((i) => x[i]),
  );
  for (const [k, dx] of slopes.entries()) graph.output(`dx${wanted[k]}`, dx);
  graph.output('loss', loss);
  verify(graph);
  return { loss, wanted };
}

/** Largest |a - b| / (1 + |b|); NaN must meet NaN and infinity the same infinity. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) && Number.isNaN(b[i])) continue;
    if (a[i] === b[i] || a[i] === Math.fround(b[i])) continue;
    const gap = Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i]));
    worst = Math.max(worst, Number.isNaN(gap) ? Infinity : gap);
  }
  return worst;
}
