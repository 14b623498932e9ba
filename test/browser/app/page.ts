// What the browser test calls: training, every operator, and running a model file, with the package's browser face.
import * as runtime from 'onnxruntime-web';
import { loadModel, onnxRuntimeEngine, trainOn } from '../../../src/browser.ts';
import { operators } from '../../../src/ops/index.ts';
import { distance, runOn, runReference, single } from '../../support/graphs.ts';
import { rings, ringsExperiment } from '../rings.ts';

runtime.env.wasm.numThreads = 1;

const api = {
  async train(device: 'wasm' | 'webgpu') {
    const run = await trainOn(rings(), ringsExperiment, { engine: onnxRuntimeEngine({ device }) });
    return { losses: run.epochs.map(({ train }) => train.loss), test: run.test, updates: run.updates };
  },
  /** Every operator on every sample: how many ran, and which differ from the reference. */
  async conformance(device: 'wasm' | 'webgpu') {
    const engine = onnxRuntimeEngine({ device });
    const wrong: string[] = [];
    let ran = 0;
    for (const [name, { spec }] of Object.entries(operators))
      for (const { label, inputs, attributes, tolerance = 2e-6 } of spec.samples()) {
        const { graph } = single(spec, inputs, attributes);
        const problem = await runOn(engine, graph, inputs).then(
          ({ y }) => (distance(y.data, runReference(graph, inputs).y.data) < tolerance ? undefined : 'differs'),
          (error) => String(error),
        );
        ran++;
        if (problem) wrong.push(`${name}, ${label}: ${problem}`);
      }
    return { ran, wrong };
  },
  async predict(model: number[], input: number[], shape: number[]) {
    const session = await runtime.InferenceSession.create(Uint8Array.from(model));
    const { probabilities } = await session.run({
      input: new runtime.Tensor('float32', Float32Array.from(input), shape),
    });
    return Array.from(probabilities.data as Float32Array);
  },
  /** Rows of a table, with texts, through `loadModel`. */
  async predictRows(file: number[], rows: Record<string, string | number | boolean | null>[]) {
    const model = await loadModel(Uint8Array.from(file));
    if (model.task !== 'classes') throw new Error(model.task);
    return model.predict(rows);
  },
};

export type PageApi = typeof api;
Object.assign(window, { wellfit: api });
