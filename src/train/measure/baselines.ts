import { percent, short } from '../../base/index.ts';
import type { Dataset, Split } from '../../data/index.ts';
import { losses } from '../../nn/index.ts';
import type { TrainOptions } from '../events.ts';
import { resolve } from '../settings/resolve.ts';
import type { Settings } from '../settings/schema.ts';
import type { Network } from '../step/network.ts';
import { trainRows } from '../train.ts';
import { metricOf, predictionsOf } from './evaluate.ts';

/** What can be had without the network, by the metric of the run on the same test rows. */
export interface Baseline {
  readonly name: string;
  readonly why: string;
  readonly value: number;
}

interface Measured {
  readonly settings: Settings;
  readonly network: Network;
  readonly rows: Split;
}

/** Updates that the linear model may take: it learns quickly or not at all. */
const mostUpdates = 3000;

/** The best answer that looks at no feature, and a linear model of the same features. */
export async function baselinesOn(dataset: Dataset, run: Measured, options: TrainOptions = {}): Promise<Baseline[]> {
  if (run.rows.test.length === 0) return [];
  const constant = constantBaseline(dataset, run);
  return [constant, ...(await linearBaseline(dataset, run, options))];
}

/** Class frequencies, or the mean, of the training rows as the answer for every row. */
function constantBaseline(dataset: Dataset, { network, rows }: Measured): Baseline {
  const { targets } = dataset;
  const meaning = losses[network.loss.kind].output;
  const { width, outputs, name, why } =
    targets.kind === 'classes'
      ? frequencies(targets.data, targets.classes, rows.train, network.model.output[0])
      : means(targets.data, targets.width, rows.train, meaning);
  const all = new Float64Array(rows.test.length * width);
  for (let i = 0; i < all.length; i++) all[i] = outputs[i % width];
  return { name, why, value: metricOf(network, predictionsOf(dataset, rows.test, all, width)) };
}

function frequencies(labels: Int32Array, classes: readonly string[], rows: Int32Array, width: number) {
  const counts = classes.map(() => 0);
  for (const row of rows) counts[labels[row]]++;
  const best = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  const log = counts.map((count) => Math.log(Math.max(count, 1e-12)));
  return {
    width,
    outputs: width === 1 ? [log[1] - log[0]] : log,
    name: `always "${classes[best]}"`,
    why: `the most frequent class, ${percent(counts[best] / rows.length, 1)} of the training rows`,
  };
}

function means(numbers: Float32Array, width: number, rows: Int32Array, meaning: string) {
  const mean = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (const row of rows) sum += numbers[row * width + k];
    return sum / rows.length;
  });
  const outputs = mean.map((m) => {
    const safe = Math.min(Math.max(m, 1e-12), meaning === 'logits' ? 1 - 1e-12 : m);
    return meaning === 'logits' ? Math.log(safe / (1 - safe)) : meaning === 'logRates' ? Math.log(safe) : m;
  });
  return {
    width,
    outputs,
    name: `always the mean`,
    why: `${mean.map((m) => short(m)).join(', ')} in the training rows`,
  };
}

/** Layers that weigh what comes in; a maxout is not linear even alone. */
const weighing = new Set<string>(['dense', 'conv2d', 'maxout']);

/** A model without hidden layers, trained on the same rows with the same preprocessing; none where the run is one. */
async function linearBaseline(dataset: Dataset, run: Measured, { engine, signal }: TrainOptions): Promise<Baseline[]> {
  const { settings, rows } = run;
  const hidden = run.network.model.layers.filter(({ kind }) => weighing.has(kind));
  if ((hidden.length < 2 && hidden[0]?.kind !== 'maxout') || settings.from || signal?.aborted) return [];
  const batchSize = Math.min(256, Math.max(16, Math.floor(rows.train.length / 50)), rows.train.length);
  const perEpoch = Math.ceil(rows.train.length / batchSize);
  const { data, split, preprocess, loss, metric, target, seed } = settings;
  const plain = {
    ...{ data, split, preprocess, loss, metric, target, seed },
    model: 'linear',
    optimizer: { adam: { lr: 0.01 } },
    batchSize,
    epochs: Math.max(2, Math.min(40, Math.floor(mostUpdates / perEpoch))),
    earlyStopping: false,
  };
  const { test } = await trainRows(dataset, resolve(plain, dataset), rows, { engine, signal }, []);
  return test ? [{ name: 'a linear model', why: 'the same features without hidden layers', value: test.metric }] : [];
}
