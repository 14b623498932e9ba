import { formatShape } from '../base/index.ts';
import { Graph } from '../graph/index.ts';
import { forward, parametersOf, statesOf } from '../nn/index.ts';
import { encode } from '../onnx/index.ts';
import { sigmoid, softmax } from '../ops/index.ts';
import { applyPreprocess } from '../preprocess/index.ts';
import { type Run, toFloat } from '../train/index.ts';

/**
 * The trained network as an ONNX file that any runtime can load: preprocessing inside, any batch size.
 * Input "input": [batch, …row], raw values as the data set has them (pixels as uint8). Outputs: for classes "logits" and "probabilities"
 * (of class 1 where there is one logit), for numbers "prediction".
 */
export function modelFile(run: Run): Uint8Array {
  const { network, weights, dataset, settings } = run;
  const { model, data } = network;
  const graph = new Graph();
  const input = graph.feed('input', data.bytes ? 'uint8' : 'float', [2, ...data.shape]);
  const values = new Map(
    [...parametersOf(model), ...statesOf(model)].map(({ name }) => [name, graph.constant(weights.get(name)!, name)]),
  );
  const { output } = forward(model, applyPreprocess(network.preprocess, toFloat(input)), { values, training: false });
  if (data.target.kind === 'classes') {
    graph.output('logits', output);
    graph.output('probabilities', model.output[0] === 1 ? sigmoid(output) : softmax(output, { axis: -1 }));
  } else graph.output('prediction', output);
  return encode(graph, {
    freeBatch: true,
    metadata: {
      'wellfit.version': '1',
      'wellfit.input': `${data.bytes ? 'uint8' : 'float32'} [batch, ${formatShape(data.shape).slice(1)}`,
      'wellfit.dataset': dataset.name,
      ...(dataset.classes && { 'wellfit.classes': JSON.stringify(dataset.classes) }),
      ...(dataset.columns && { 'wellfit.columns': JSON.stringify(dataset.columns) }),
      'wellfit.settings': JSON.stringify(settings),
      'wellfit.results': JSON.stringify({ best: run.best, test: run.test, updates: run.updates }),
    },
  });
}
