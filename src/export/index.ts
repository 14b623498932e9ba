import { combineValues, type EnsembleRun, linkOf, type Member } from '../ensemble/index.ts';
import { Graph, type Value } from '../graph/index.ts';
import { answerOf, forward, losses, parametersOf, statesOf } from '../nn/index.ts';
import { encode, type ModelFacts, writeFacts } from '../onnx/index.ts';
import { sigmoid, softmax } from '../ops/index.ts';
import { applyPreprocess } from '../preprocess/index.ts';
import { inUnits, toFloat } from '../train/index.ts';
import { modelColumns } from './columns.ts';
import { foldBatchNorm } from './fold.ts';

/**
 * The trained network (or ensemble) as one ONNX file that any runtime can load: preprocessing inside, any batch size, batch normalization folded
 * into the layers before it.
 * Inputs: for a table one for each column under its name, [batch, 1], texts for categories and float32 for numbers and dates (days since
 * 1970-01-01), "" and NaN where missing; else "input", [batch, …row], raw values as the data set has them (pixels as uint8). Outputs: for classes
 * "logits" and "probabilities" (of class 1 where there is one logit; for tables also "label", the name of the class), for labels "logits" and
 * "probabilities" of each, "scores" after training with the hinge loss, for numbers "prediction" in the unit of the target.
 */
export function modelFile(run: EnsembleRun): Uint8Array {
  const { network, dataset } = run;
  const { data } = network;
  const graph = new Graph();
  const input = dataset.table
    ? graph.feed('features', 'float', [2, ...data.shape])
    : graph.feed('input', data.bytes ? 'uint8' : 'float', [2, ...data.shape]);
  const output = answer(run, toFloat(input));
  const meaning = losses[network.loss.kind].output;
  if (meaning === 'logits') {
    graph.output('logits', output);
    const separate = network.loss.kind === 'binaryCrossEntropy';
    graph.output('probabilities', separate ? sigmoid(output) : softmax(output, { axis: -1 }));
  } else graph.output(meaning === 'scores' ? 'scores' : 'prediction', answerOf(output, meaning));
  const columns = dataset.table && modelColumns(dataset.table, membersOf(run), graph);
  const named = output.shape[1] === dataset.classes?.length;
  return encode(graph, {
    freeBatch: true,
    columns: columns?.inputs,
    ...(dataset.table && named && meaning === 'logits' && { labels: dataset.classes }),
    metadata: writeFacts(factsOf(run, columns?.columns)),
  });
}

function factsOf(run: EnsembleRun, columns: ModelFacts['columns']): ModelFacts {
  const { network, dataset, settings } = run;
  const meaning = losses[network.loss.kind].output;
  return {
    task:
      meaning === 'scores'
        ? 'scores'
        : network.data.target.kind === 'classes'
          ? 'classes'
          : meaning === 'logits'
            ? 'labels'
            : 'regression',
    dataset: dataset.name,
    ...(dataset.targetName !== undefined && { target: dataset.targetName }),
    ...(dataset.classes && { classes: dataset.classes }),
    ...(columns ? { columns } : { shape: network.data.shape, bytes: network.data.bytes }),
    settings,
    results: { best: run.best, test: run.test, updates: run.updates },
    data: run.fingerprint,
  };
}

/** The one network, or all that answer together. */
const membersOf = (run: EnsembleRun): readonly Member[] => run.members ?? [run];

function answer(run: EnsembleRun, x: Value): Value {
  const { members, network, settings } = run;
  if (!members || !settings.ensemble) return one(run, x, '');
  const outputs = members.map((member, i) => one(member, x, `member${i + 1}.`));
  return combineValues(outputs, linkOf(network, settings.ensemble.combine));
}

function one({ network, weights: trained }: Member, x: Value, prefix: string): Value {
  const { model, weights } = foldBatchNorm(network.model, trained);
  const values = new Map(
    [...parametersOf(model), ...statesOf(model)].map(({ name }) => [
      name,
      x.graph.constant(weights.get(name)!, prefix + name),
    ]),
  );
  const prepared = applyPreprocess(network.preprocess, x);
  return inUnits(network, forward(model, prepared, { values, training: false }).output);
}
