import { WellfitError } from '../../base/index.ts';
import { checkDataset, type Dataset, epochOrder, type Split, split } from '../../data/index.ts';
import { type Engine, type Memory, onnxRuntimeEngine } from '../../engine/index.ts';
import type { Graph } from '../../graph/index.ts';
import type { Signals } from '../../monitor/index.ts';
import {
  checkBatch,
  constantLoss,
  findRate,
  firstMemory,
  makeNetwork,
  type Network,
  numbersOf,
  type RangeTest,
  type Resolved,
  resolve,
  Trainer,
} from '../../train/index.ts';

/** Everything that checks look at; made once. */
export interface Context {
  readonly dataset: Dataset;
  readonly experiment: unknown;
  readonly resolved: Resolved;
  readonly rows: Split;
  readonly network: Network;
  readonly engine: Engine;
  /** The data and the first weights. */
  readonly memory: Memory;
  /** Training rows that the first weights were looked at with. */
  readonly batch: Int32Array;
  /** What the first update looks like from inside, on these rows. */
  readonly signals: Signals;
  /** Mean loss of the best answer that is the same for all rows; only losses for which it is known. */
  readonly constant?: number;
  readonly signal?: AbortSignal;
  readonly tamper?: (graph: Graph) => void;
  /** Told by checks that take long how far they are, 0 … 1. */
  progress(done: number): void;
  /** The range test, made when first asked for. */
  rangeTest(): Promise<RangeTest>;
}

export interface ContextOptions {
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  /** Only what can be asked before every training; the preprocessing is fitted on a sample. */
  readonly quick?: boolean;
  /** Changes the graph whose gradients are checked; for testing that a wrong gradient is found. */
  readonly tamper?: (graph: Graph) => void;
}

/** Rows that the first weights are looked at with: as many as a batch, within these bounds. */
const [fewest, most] = [64, 256];
/** Rows that preprocessing is fitted on where there is little time. */
const sample = 4000;
/** Milliseconds that the range test may take. */
const patience = 10_000;

/** @throws WellfitError as training does, where the experiment cannot work at all */
export async function contextOf(
  dataset: Dataset,
  experiment: unknown,
  { engine = onnxRuntimeEngine(), signal, quick = false, tamper }: ContextOptions,
  progress: (done: number) => void,
): Promise<Context> {
  checkDataset(dataset);
  const resolved = resolve(experiment, dataset);
  const { settings } = resolved;
  const { batchSize, seed } = settings;
  const rows = split(dataset, { ...settings.split, limit: settings.limit });
  checkBatch(resolved.model, batchSize, rows);
  const order = epochOrder(rows.train, seed, 1);
  const { network } = await makeNetwork(resolved, dataset, quick ? order.slice(0, sample).sort() : rows.train, {
    engine,
  });
  const memory = await firstMemory(engine, network, dataset, rows.train, seed);
  const batch = order.slice(0, Math.max(fewest, Math.min(batchSize, most)));
  const trainer = new Trainer(engine, memory, network, seed);
  const perEpoch = Math.ceil(rows.train.length / batchSize);
  const length = { total: settings.epochs * perEpoch, perEpoch, losses: [], rows: rows.train.length };
  let signals: Signals;
  try {
    signals = await trainer.look(batch, numbersOf(resolved, length));
  } finally {
    await trainer.release();
  }
  let test: Promise<RangeTest> | undefined;
  return {
    ...{ dataset, experiment, resolved, rows, network, engine, memory, batch, signals, signal, tamper, progress },
    constant: await constantLoss(dataset, network, rows.train),
    rangeTest() {
      const clock = AbortSignal.timeout(patience);
      test ??= findRate(resolved, network, dataset, rows.train, {
        engine,
        onEvent: (event) => event.kind === 'search' && progress(event.done),
        signal: signal ? AbortSignal.any([signal, clock]) : clock,
      });
      return test;
    },
  };
}

/** @throws WellfitError where a person has asked for an end */
export function heed(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new WellfitError('interrupted', 'interrupted while checking');
}
