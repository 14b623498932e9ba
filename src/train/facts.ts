import { sizeOf } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { losses } from '../nn/index.ts';
import type { LayerFacts, TargetFacts } from './events.ts';
import { lossOf, predictionsOf } from './measure/evaluate.ts';
import type { Network } from './step/network.ts';
import { momentsOf } from './step/prepare.ts';

export const layerFacts = ({ model }: Network): LayerFacts[] =>
  model.layers.map(({ name, kind, input, output, parameters }) => ({
    ...{ name, kind, input, output },
    parameters: Object.values(parameters).reduce((n, { shape }) => n + sizeOf(shape), 0),
  }));

export function targetFacts(dataset: Dataset, { target }: Network, train: Int32Array): TargetFacts {
  const { targets } = dataset;
  if (targets.kind === 'classes') {
    const counts = targets.classes.map(() => 0);
    for (const row of train) counts[targets.data[row]]++;
    return { kind: 'classes', counts };
  }
  const moments = momentsOf(targets, train);
  const seen = ({ mean, deviation }: (typeof moments)[number], k: number) =>
    target
      ? { mean: (mean - target.shift[k]) / target.scale[k], deviation: deviation / target.scale[k] }
      : { mean, deviation };
  const all = moments.map(seen);
  return { kind: 'numbers', mean: all.map(({ mean }) => mean), deviation: all.map(({ deviation }) => deviation) };
}

/** Rows that a loss is measured on where all would take long. */
const enough = 500;

/** The loss of answering every row alike: with the share of each class, or the mean of each number. */
export async function constantLoss(dataset: Dataset, network: Network, train: Int32Array): Promise<number | undefined> {
  const answer = constantAnswer(dataset, network, train);
  if (!answer) return undefined;
  const stride = Math.ceil(train.length / enough);
  const rows = train.filter((_, i) => i % stride === 0);
  const outputs = Float64Array.from({ length: rows.length * answer.length }, (_, i) => answer[i % answer.length]);
  return lossOf(network, predictionsOf(dataset, rows, outputs, answer.length));
}

function constantAnswer({ targets }: Dataset, { loss, model }: Network, train: Int32Array): number[] | undefined {
  const { output } = losses[loss.kind];
  const [width] = model.output;
  if (targets.kind === 'numbers') {
    if (output === 'numbers' && absolute.includes(loss.kind)) return mediansOf(targets, train);
    const means = momentsOf(targets, train).map(({ mean }) => mean);
    if (output === 'numbers') return means;
    return output === 'logits' && means.every((p) => p >= 0 && p <= 1) ? means.map(logit) : undefined;
  }
  if (output !== 'logits') return undefined;
  const { classWeights } = loss.options as { classWeights?: readonly number[] };
  const counts = targets.classes.map(() => 0);
  for (const row of train) counts[targets.data[row]] += classWeights?.[targets.data[row]] ?? 1;
  const total = counts.reduce((sum, n) => sum + n, 0);
  const shares = counts.map((n) => n / total);
  return width === 1 ? [logit(shares[1])] : shares.map((p) => Math.log(Math.max(p, tiny)));
}

/** Losses that a median makes small. */
const absolute: readonly string[] = ['meanAbsoluteError', 'huber'];

const mediansOf = ({ data, width }: Extract<Dataset['targets'], { kind: 'numbers' }>, train: Int32Array): number[] =>
  Array.from({ length: width }, (_, k) => {
    const values = Float64Array.from(train, (row) => data[row * width + k]).sort();
    return values[values.length >> 1];
  });

const tiny = 1e-12;
const logit = (p: number): number => Math.log(Math.max(p, tiny) / Math.max(1 - p, tiny));
