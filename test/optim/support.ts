import { gradients } from '../../src/autodiff/index.ts';
import { type Picked, type Shape, sizeOf, type Tensor } from '../../src/base/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, type Value, verify } from '../../src/graph/index.ts';
import { add, mul, reduceSum } from '../../src/ops/index.ts';
import { type Optimizer, optimizers, type Regularizer, regularizers } from '../../src/optim/index.ts';
import { readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';

/** A float32 of size 1 is known to 6e-8; 30 updates with quotients of small numbers gather some of that. */
export const engines = [
  { engine: referenceEngine, tolerance: 1e-13 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 1e-6 },
];

/** One tensor that an optimizer moves, and its regularizers. */
export interface Descent {
  readonly optimizer: Picked;
  readonly regularizers: readonly Picked[];
  readonly shape: Shape;
  readonly decay: boolean;
}

const optimizerOf = ({ optimizer }: Descent) => (optimizers as Record<string, Optimizer>)[optimizer.kind];
const regularizersOf = (descent: Descent) =>
  descent.regularizers.map(({ kind, options }) => ({
    kind,
    options,
    entry: (regularizers as Record<string, Regularizer>)[kind],
  }));

const all = (x: Value) => ({ axes: x.shape.map((_, axis) => axis), keepdims: 0 }) as const;

/** Σ w · gradient, whose slope is the fed gradient. */
export const givenSlope = (w: Value): Value => reduceSum(mul(w, w.graph.feed('gradient', 'float', w.shape)), all(w));

/** One update of "w" under a loss. */
export function updateGraph(descent: Descent, lossOf: (w: Value) => Value = givenSlope): Graph {
  const graph = new Graph();
  const { shape, decay, optimizer } = descent;
  const entry = optimizerOf(descent);
  const w = graph.state('w', 'float', shape);
  const numbers = numbersAt(descent, 1, 1, 1);
  const fed = Object.fromEntries(Object.keys(numbers).map((name) => [name, graph.feed(name, 'float', [])]));
  const own = (prefix: string) =>
    Object.fromEntries(
      Object.entries(fed).flatMap(([name, value]) =>
        name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value]] : [],
      ),
    );
  let loss = lossOf(w);
  for (const { kind, options, entry } of regularizersOf(descent))
    if (entry.penalty) loss = add(loss, entry.penalty(w, own(kind), options));
  graph.output('loss', loss);
  const [gradient] = gradients(loss, [w]);
  const state = Object.fromEntries(
    Object.keys(entry.state(descent, optimizer.options)).map((name) => [
      name,
      graph.state(`w/${name}`, 'float', shape),
    ]),
  );
  const { options } = optimizer;
  const next = entry.step({ parameter: w, gradient, state, scalars: own('optimizer'), decay, options });
  let moved = next.parameter;
  for (const { kind, options, entry } of regularizersOf(descent))
    if (entry.after) moved = entry.after(moved, w, own(kind), options);
  graph.update('w', moved);
  for (const [name, value] of Object.entries(next.state)) graph.update(`w/${name}`, value);
  verify(graph);
  return graph;
}

/** Everything an update is fed besides the gradient. */
function numbersAt(descent: Descent, lr: number, update: number, rows: number): Record<string, number> {
  const parts = [
    ['optimizer', optimizerOf(descent).scalars(descent.optimizer.options, lr, update)] as const,
    ...regularizersOf(descent).map(({ kind, options, entry }) => [kind, entry.scalars(options, { lr, rows })] as const),
  ];
  return Object.fromEntries(
    parts.flatMap(([prefix, own]) => Object.entries(own).map(([name, value]) => [`${prefix}.${name}`, value])),
  );
}

interface Run {
  readonly start: ArrayLike<number>;
  readonly rates: readonly number[];
  readonly rows?: number;
  /** The slope at each update, one after another. */
  readonly gradients?: Float64Array;
  readonly loss?: (w: Value) => Value;
}

/** Where "w" is after each update. */
export async function* walk(engine: Engine, descent: Descent, run: Run): AsyncGenerator<ArrayLike<number>> {
  const { shape } = descent;
  const size = sizeOf(shape);
  const program = await engine.compile(updateGraph(descent, run.loss));
  const memory = engine.memory();
  const filled = (fill: number): Tensor => ({ dtype: 'float', shape, data: new Float64Array(size).fill(fill) });
  memory.set('w', { dtype: 'float', shape, data: Float64Array.from(run.start) });
  for (const [name, fill] of Object.entries(optimizerOf(descent).state(descent, descent.optimizer.options)))
    memory.set(`w/${name}`, filled(fill));
  for (const [i, lr] of run.rates.entries()) {
    const feeds: Record<string, Tensor> = Object.fromEntries(
      Object.entries(numbersAt(descent, lr, i + 1, run.rows ?? 1)).map(([name, value]) => [
        name,
        { dtype: 'float', shape: [], data: Float64Array.of(value) },
      ]),
    );
    const slope = run.gradients?.slice(i * size, (i + 1) * size);
    await program.run(memory, slope ? { ...feeds, gradient: { dtype: 'float', shape, data: slope } } : feeds);
    yield (await memory.get('w')).data;
  }
  await program.release();
}

interface Golden {
  readonly tasks: readonly { task: string; start: StoredTensor; gradients: StoredTensor }[];
  readonly optimizers: readonly {
    label: string;
    optimizer: Readonly<Record<string, unknown>>;
    task: string;
    decay: boolean;
    l2: number;
    /** What the rate is multiplied by after each update. */
    falling: number;
    trajectory: StoredTensor;
  }[];
  readonly regularizers: readonly {
    label: string;
    regularize: Readonly<Record<string, unknown>>;
    optimizer: Readonly<Record<string, unknown>>;
    task: string;
    rows: number;
    trajectory: StoredTensor;
  }[];
  readonly clippings: readonly {
    label: string;
    kind: 'value' | 'norm';
    limit: number;
    gradients: readonly StoredTensor[];
    clipped: readonly StoredTensor[];
  }[];
  readonly schedules: readonly {
    label: string;
    schedule: Readonly<Record<string, unknown>>;
    total: number;
    perEpoch: number;
    losses: StoredTensor;
    factors: StoredTensor;
  }[];
}

export const golden = readGolden<Golden>('torch-optim.json');

/** The start and the slopes of a task, and its shape. */
export function taskOf(name: string) {
  const { start, gradients } = golden.tasks.find(({ task }) => task === name)!;
  return {
    shape: start.shape,
    start: tensorOf(start).data,
    gradients: Float64Array.from(tensorOf(gradients).data),
  };
}
