import * as runtime from '#onnxruntime';
import { type Shape, WellfitError } from '../../base/index.ts';

/** What a model file takes and gives: numbers, or texts. */
export type ModelArray = Float32Array | Uint8Array | Int32Array | readonly string[];

export interface ModelTensor {
  readonly shape: Shape;
  readonly data: ModelArray;
}

/** A model file that is ready to answer. */
export interface OpenModel {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(feeds: Readonly<Record<string, ModelTensor>>, wanted: readonly string[]): Promise<Record<string, ModelTensor>>;
  release(): Promise<void>;
}

/**
 * Opens an ONNX file in ONNX Runtime (on the CPU: categories are texts, which no GPU takes).
 * @throws WellfitError for bytes that ONNX Runtime cannot load
 */
export async function openModel(bytes: Uint8Array, threads = 0): Promise<OpenModel> {
  const session = await runtime.InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    ...(threads > 0 && { intraOpNumThreads: threads }),
  }).catch((error: Error) => {
    throw new WellfitError('file', 'this model cannot be loaded', {
      received: error.message.split('\n')[0],
      likely: 'the file is damaged, or uses operators that ONNX Runtime does not have',
    });
  });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, wanted) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toRuntime(tensor)]));
      const results = await session.run(inputs, [...wanted]);
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, data: data as ModelArray }]),
      );
    },
    release: () => session.release(),
  };
}

function toRuntime({ shape, data }: ModelTensor): runtime.Tensor {
  if (data instanceof Float32Array) return new runtime.Tensor('float32', data, shape);
  if (data instanceof Uint8Array) return new runtime.Tensor('uint8', data, shape);
  if (data instanceof Int32Array) return new runtime.Tensor('int32', data, shape);
  return new runtime.Tensor('string', data as string[], shape);
}
