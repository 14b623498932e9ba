import { formatShape } from '../base/index.ts';
import { combineValues, type EnsembleRun, linkOf } from '../ensemble/index.ts';
import { Graph, type Value } from '../graph/index.ts';
import { answerOf, forward, losses, parametersOf, statesOf } from '../nn/index.ts';
import { encode } from '../onnx/index.ts';
import { sigmoid, softmax } from '../ops/index.ts';
import { applyPreprocess } from '../preprocess/index.ts';
import { toFloat, type Weights } from '../train/index.ts';
import { foldBatchNorm } from './fold.ts';

/**
 * The trained network (or ensemble) as one ONNX file that any runtime can load: preprocessing inside, any batch size, batch normalization folded
 * into the layers before it.
 * Input "input": [batch, …row], raw values as the data set has them (pixels as uint8). Outputs: for classes "logits" and "probabilities"
 * (of class 1 where there is one logit), for labels "logits" and "probabilities" of each, "scores" after training with the hinge loss, for
 * numbers "prediction".
 */
export function modelFile(run: EnsembleRun): Uint8Array {
  const { network, dataset, settings } = run;
  const { data } = network;
  const graph = new Graph();
  const input = graph.feed('input', data.bytes ? 'uint8' : 'float', [2, ...data.shape]);
  const x = applyPreprocess(network.preprocess, toFloat(input));
  const output = answer(run, x);
  const meaning = losses[network.loss.kind].output;
  if (meaning === 'logits') {
    graph.output('logits', output);
    const separate = network.loss.kind === 'binaryCrossEntropy';
    graph.output('probabilities', separate ? sigmoid(output) : softmax(output, { axis: -1 }));
  } else graph.output(meaning === 'scores' ? 'scores' : 'prediction', answerOf(output, meaning));
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

/** The output of the one network, or of all members together. */
function answer({ network, weights, members, settings: { ensemble } }: EnsembleRun, x: Value): Value {
  if (!members || !ensemble) return one(network.model, weights, x, '');
  const outputs = members.map((member, i) => one(network.model, member, x, `member${i + 1}.`));
  return combineValues(outputs, linkOf(network, ensemble.combine));
}

function one(trained: EnsembleRun['network']['model'], trainedWeights: Weights, x: Value, prefix: string): Value {
  const { model, weights } = foldBatchNorm(trained, trainedWeights);
  const values = new Map(
    [...parametersOf(model), ...statesOf(model)].map(({ name }) => [
      name,
      x.graph.constant(weights.get(name)!, prefix + name),
    ]),
  );
  return forward(model, x, { values, training: false }).output;
}
