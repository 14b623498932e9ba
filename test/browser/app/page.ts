// What the browser test calls: training, and running a model file, with the package's browser face.
import * as runtime from 'onnxruntime-web';
import { onnxRuntimeEngine, trainOn } from '../../../src/browser.ts';
import { rings, ringsExperiment } from '../rings.ts';

runtime.env.wasm.numThreads = 1;

const api = {
  async train() {
    const run = await trainOn(rings(), ringsExperiment, { engine: onnxRuntimeEngine() });
    return { losses: run.epochs.map(({ train }) => train.loss), test: run.test, updates: run.updates };
  },
  async predict(model: number[], input: number[], shape: number[]) {
    const session = await runtime.InferenceSession.create(Uint8Array.from(model));
    const { probabilities } = await session.run({
      input: new runtime.Tensor('float32', Float32Array.from(input), shape),
    });
    return Array.from(probabilities.data as Float32Array);
  },
};

export type PageApi = typeof api;
Object.assign(window, { wellfit: api });
