import { type DType, type Shape, sizeOf, type Tensor, tensor } from '../src/base/index.ts';
import { fromArrays } from '../src/data/index.ts';
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { Graph, liveNodes } from '../src/graph/index.ts';
import { gemm } from '../src/ops/index.ts';
import { prepareMemory, trainingGraph } from '../src/train/index.ts';
import { randomInputs, randomLabels, type Step } from './peers/peer.ts';
import { networkOf } from './steps.ts';

export interface OwnStep {
  readonly step: string;
  /** Milliseconds to build and compile the one-step program. */
  readonly compile: number;
  /** Floating-point operations of its matrix products and convolutions. */
  readonly flops: number;
  /** The rate at which the step does them, over the machine's own rate for a large product, one thread. */
  readonly share: number;
}

/** Compile time, and how much of the machine's matrix rate each step reaches. */
export async function measureOwnSteps(steps: readonly Step[]): Promise<OwnStep[]> {
  const peak = await matrixRate();
  const own: OwnStep[] = [];
  for (const step of steps) own.push(await measure(step, peak));
  return own;
}

async function measure(step: Step, peak: number): Promise<OwnStep> {
  const network = networkOf(step);
  const engine = onnxRuntimeEngine({ threads: 1 });
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const before = performance.now();
    await (await engine.compile(trainingGraph(network, step.batch).graph)).release();
    times.push(performance.now() - before);
  }
  const { graph } = trainingGraph(network, step.batch);
  const program = await engine.compile(graph);
  const dataset = fromArrays({
    features: step.data === 'uint8' ? Uint8Array.from(randomInputs(step)) : randomInputs(step),
    shape: step.shape,
    targets: randomLabels(step),
    classes: Array.from({ length: step.classes }, (_, i) => String(i)),
  });
  const memory = prepareMemory(engine, network, dataset, 0);
  const feeds = Object.fromEntries([...graph.feeds].map(([name, { dtype, shape }]) => [name, filler(dtype, shape)]));
  const seconds = await medianSeconds(() => program.run(memory, feeds));
  await program.release();
  const flops = countFlops(graph);
  return { step: step.name, compile: times.sort((a, b) => a - b)[1], flops, share: flops / seconds / peak };
}

/** Whole numbers 0, 1, 2, … (the first rows of the data set), or halves. */
const filler = (dtype: DType, shape: Shape): Tensor =>
  tensor(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => (dtype === 'int32' ? i : 0.5)),
  );

/** Two operations for each product that is summed. */
function countFlops(graph: Graph): number {
  return liveNodes(graph).reduce((sum, { op, inputs, attributes, output }) => {
    const size = output.shape.reduce((a, b) => a * b, 1);
    if (op.name === 'Gemm') return sum + 2 * size * inputs[0].shape[attributes.transA ? 0 : 1];
    if (op.name === 'MatMul') return sum + 2 * size * inputs[0].shape.at(-1)!;
    if (op.name === 'Conv') return sum + 2 * size * inputs[1].shape.slice(1).reduce((a, b) => a * b, 1);
    return sum;
  }, 0);
}

async function matrixRate(): Promise<number> {
  const n = 1024;
  const graph = new Graph();
  const [a, b] = ['a', 'b'].map((name) => graph.state(name, 'float', [n, n]));
  graph.output('y', gemm(a, b, { transA: 0, transB: 0 }));
  const engine = onnxRuntimeEngine({ threads: 1 });
  const program = await engine.compile(graph);
  const memory = engine.memory();
  for (const name of ['a', 'b'])
    memory.set(name, { dtype: 'float', shape: [n, n], data: new Float32Array(n * n).fill(0.5) });
  const seconds = await medianSeconds(() => program.run(memory, {}));
  await program.release();
  return (2 * n ** 3) / seconds;
}

async function medianSeconds(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + 1500;
  for (let i = 0; i < 3; i++) await work();
  while (performance.now() < end) {
    const before = performance.now();
    await work();
    times.push((performance.now() - before) / 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
