import * as runtime from '#onnxruntime';
import { formatShape, sizeOf, type Tensor, type TensorData, WellfitError } from '../../base/index.ts';
import { type Graph, liveNodes, type Value } from '../../graph/index.ts';
import { countName, encode, encodeRepeated, updateName } from '../../onnx/index.ts';
import type { CompileOptions, Engine, Memory, Program, Tensors } from '../engine.ts';
import { countOf, repeatedly } from '../repeat.ts';
import { blockConvolutions, probeGraph } from './blocked.ts';

export interface OnnxRuntimeOptions {
  /** Where the graph runs: "cpu" (Node), "wasm" (browser), "webgpu" (both), "cuda" (Node). */
  readonly device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda';
  /** Threads inside one operator; 0 lets ONNX Runtime take one a core. */
  readonly threads?: number;
  /** Prefix of a profile that ONNX Runtime writes, one JSON file a program. */
  readonly profile?: string;
}

/** ONNX Runtime in Node or in the browser; which one, package.json's import conditions decide. */
export function onnxRuntimeEngine(options: OnnxRuntimeOptions = {}): Engine {
  const device = options.device ?? defaultDevice();
  return {
    name: device,
    memory: () => new RuntimeMemory(),
    async compile(graph, { repeated = false }: CompileOptions = {}) {
      // Elsewhere than on the CPU a Loop would bring everything back to it in each turn.
      if (repeated && !isCpu(device)) return repeatedly(await compile(graph, device, options, false));
      return compile(graph, device, options, repeated);
    },
  };
}

const isCpu = (device: string): boolean => device === 'cpu' || device === 'wasm';
const inNode = (): boolean => typeof process !== 'undefined' && Boolean(process.versions?.node);
const defaultDevice = (): 'cpu' | 'wasm' => (inNode() ? 'cpu' : 'wasm');

/**
 * In Node each state has two buffers: a run reads one and writes the other, then they change places, and nothing is copied. In the browser
 * ONNX Runtime does not write into buffers that it is given, so it makes a new one for each run.
 */
class RuntimeMemory implements Memory {
  private readonly held = new Map<string, { current: runtime.Tensor; spare?: runtime.Tensor }>();

  set(name: string, value: Tensor): void {
    this.held.set(name, { current: toRuntime(value) });
  }

  has(name: string): boolean {
    return this.held.has(name);
  }

  async get(name: string): Promise<Tensor> {
    const current = this.current(name);
    return fromRuntime(current, (await current.getData()) as TensorData, true);
  }

  current(name: string): runtime.Tensor {
    return this.slot(name).current;
  }

  /** A buffer like the state's that may be written to. */
  spare(name: string): runtime.Tensor {
    const slot = this.slot(name);
    slot.spare ??= blankLike(slot.current);
    return slot.spare;
  }

  /** Makes a result the state; the buffer that it replaces becomes the spare, or is freed where it lies on a device. */
  replace(name: string, result: runtime.Tensor): void {
    const slot = this.slot(name);
    const replaced = slot.current;
    slot.current = slot.spare ?? result;
    slot.spare = slot.spare && replaced;
    if (replaced.location === 'gpu-buffer') replaced.dispose();
  }

  private slot(name: string): { current: runtime.Tensor; spare?: runtime.Tensor } {
    const slot = this.held.get(name);
    if (!slot) throw new WellfitError('engine', `the memory holds no "${name}"`);
    return slot;
  }
}

async function compile(
  graph: Graph,
  device: string,
  { threads = 0, profile }: OnnxRuntimeOptions,
  repeated: boolean,
): Promise<Program> {
  const used = new Set<Value>([
    ...liveNodes(graph).flatMap((n) => n.inputs),
    ...graph.outputs.values(),
    ...graph.updates.values(),
  ]);
  // A repeated program begins with what it updates, whether it reads it or not.
  const begun = new Set(repeated ? graph.updates.keys() : []);
  const states = [...graph.states].filter(([name, value]) => used.has(value) || begun.has(name)).map(([name]) => name);
  const feeds = [...graph.feeds.values()].filter((value) => used.has(value));
  const updated = [...graph.updates.keys()];
  const tuned = device === 'cpu' ? await tuneForCpu(graph) : graph;
  const model = repeated ? encodeRepeated(tuned) : encode(tuned);
  const session = await openSession(model, device, threads, profile, updated);
  const outputs = [...graph.outputs.keys()];
  return {
    async run(memory, given) {
      if (!(memory instanceof RuntimeMemory)) throw new WellfitError('engine', 'this memory belongs to another engine');
      const inputs: Record<string, runtime.Tensor> = {};
      for (const name of states) inputs[name] = memory.current(name);
      const count = repeated ? countOf(given) : undefined;
      if (count !== undefined) inputs[countName] = new runtime.Tensor('int64', BigInt64Array.of(BigInt(count)), []);
      for (const feed of feeds) inputs[feed.name] = feedTensor(feed, given, count);
      const fetches: Record<string, runtime.Tensor | null> = {};
      for (const name of outputs) fetches[name] = null;
      for (const name of updated) fetches[updateName(name)] = inNode() ? memory.spare(name) : null;
      const results = await session.run(inputs, fetches as runtime.InferenceSession.FetchesType);
      for (const name of updated) memory.replace(name, results[updateName(name)]);
      const named: Record<string, Tensor> = {};
      for (const name of outputs)
        named[name] = fromRuntime(results[name], (await results[name].getData()) as TensorData, false);
      return named as Tensors;
    },
    async release() {
      if (profile) session.endProfiling();
      await session.release();
    },
  };
}

/** Channels in one block of the CPU's blocked convolution, 0 where it has none; asked of ONNX Runtime once. */
let blockWidth: Promise<number> | undefined;

async function tuneForCpu(graph: Graph): Promise<Graph> {
  if (!graph.nodes.some((node) => node.op.name === 'Conv')) return graph;
  blockWidth ??= measureBlockWidth();
  const block = await blockWidth;
  return block > 1 ? blockConvolutions(graph, block) : graph;
}

async function measureBlockWidth(): Promise<number> {
  try {
    const session = await runtime.InferenceSession.create(encode(probeGraph()), {
      logSeverityLevel: 4,
      graphOptimizationLevel: 'disabled',
    });
    const { y } = await session.run({ x: new runtime.Tensor('float32', new Float32Array(4), [1, 4, 1, 1]) });
    await session.release();
    return y.dims[1];
  } catch {
    return 0;
  }
}

async function openSession(
  model: Uint8Array,
  device: string,
  threads: number,
  profile: string | undefined,
  updated: readonly string[],
): Promise<runtime.InferenceSession> {
  const onCpu = isCpu(device);
  const options: runtime.InferenceSession.SessionOptions = {
    executionProviders: onCpu ? [device] : [device, inNode() ? 'cpu' : 'wasm'],
    // One level more would wrap each pooling in a change of layout of its own; convolutions are brought into blocks by us.
    graphOptimizationLevel: device === 'cpu' ? 'extended' : 'all',
    // What goes wrong elsewhere than on the CPU, our own error says.
    logSeverityLevel: onCpu ? 3 : 4,
    ...(threads > 0 && { intraOpNumThreads: threads }),
    interOpNumThreads: 1,
    // States never leave the device between runs.
    ...(device === 'webgpu' &&
      !inNode() && {
        preferredOutputLocation: Object.fromEntries(updated.map((name) => [updateName(name), 'gpu-buffer' as const])),
      }),
    ...(profile && { enableProfiling: true, profileFilePrefix: profile }),
  };
  try {
    return await runtime.InferenceSession.create(model, options);
  } catch (error) {
    throw describeFailure(device, error instanceof Error ? error.message : String(error));
  }
}

function describeFailure(device: string, message: string): WellfitError {
  if (isCpu(device))
    return new WellfitError('engine', 'ONNX Runtime refused the graph', {
      received: message,
      likely: 'a defect of Wellfit; please report it with the experiment',
    });
  return new WellfitError('engine', `the engine "${device}" is not available here`, {
    received: message,
    likely:
      device === 'cuda'
        ? 'no CUDA libraries (onnxruntime-node downloads them only when its install script runs), or no NVIDIA GPU'
        : 'this machine or browser offers no WebGPU adapter',
    fix: 'use the engine "cpu" (in the browser "wasm")',
  });
}

function feedTensor(feed: Value, given: Tensors, count?: number): runtime.Tensor {
  const tensor = given[feed.name];
  if (!tensor) throw new WellfitError('engine', `"${feed.name}" was not given`);
  const shape = count === undefined ? feed.shape : [count, ...feed.shape];
  if (tensor.data.length !== sizeOf(shape))
    throw new WellfitError('shape', `"${feed.name}" does not fit`, {
      expected: formatShape(shape),
      received: formatShape(tensor.shape),
    });
  return toRuntime({ ...tensor, dtype: feed.dtype, shape });
}

const runtimeTypes = { float: 'float32', int32: 'int32', uint8: 'uint8', bool: 'bool' } as const;

function toRuntime({ dtype, shape, data }: Tensor): runtime.Tensor {
  const narrow = data instanceof Float64Array ? Float32Array.from(data) : data;
  return new runtime.Tensor(runtimeTypes[dtype], narrow as Float32Array, shape);
}

function blankLike(t: runtime.Tensor): runtime.Tensor {
  const Kind = t.data.constructor as new (size: number) => Float32Array;
  return new runtime.Tensor(t.type as 'float32', new Kind(t.size), t.dims);
}

function fromRuntime(t: runtime.Tensor, data: TensorData, copy: boolean): Tensor {
  const dtype = t.type === 'float32' ? 'float' : (t.type as 'int32' | 'uint8' | 'bool');
  return { dtype, shape: t.dims, data: copy ? data.slice() : data };
}
