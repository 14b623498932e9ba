import { short } from '../base/index.ts';
import {
  checkDataset,
  type Dataset,
  describeLeaks,
  describeRepeats,
  joinRows,
  leaks,
  repeatedRows,
  type Split,
  split,
} from '../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../engine/index.ts';
import { parametersOf } from '../nn/index.ts';
import { scheduleMisfit } from '../optim/index.ts';
import { continued } from './checkpoint/continue.ts';
import { type Fingerprint, fingerprintOf } from './checkpoint/fingerprint.ts';
import { restoreMemory } from './checkpoint/memory.ts';
import type { Checkpoint, LoopState } from './checkpoint/state.ts';
import type { EpochRecord, Measure, TrainOptions } from './events.ts';
import { constantLoss, layerFacts, targetFacts } from './facts.ts';
import { Loop, type Stop, type Weights } from './loop/loop.ts';
import { Evaluator, type Judged, type Report, reportOf } from './measure/evaluate.ts';
import { findRate } from './rangeTest.ts';
import { checkBatch } from './settings/checks.ts';
import { widened } from './settings/from.ts';
import { type Resolved, resolve } from './settings/resolve.ts';
import type { Choice, Settings } from './settings/schema.ts';
import { averageState } from './step/averaging.ts';
import { dataTensors, type Network } from './step/network.ts';
import { firstMemory, makeNetwork, prepareMemory } from './step/prepare.ts';
import { Trainer } from './step/programs.ts';
import { remeasured } from './step/statistics.ts';

/** A finished (or interrupted) training with its weights. */
export interface Run {
  readonly settings: Settings;
  readonly chosen: readonly Choice[];
  readonly notes: readonly string[];
  readonly network: Network;
  readonly rows: Split;
  readonly dataset: Pick<Dataset, 'name' | 'rows' | 'columns' | 'table' | 'targetName'> & {
    readonly classes?: readonly string[];
  };
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose weights were kept; absent if no epoch was completed. */
  readonly best?: EpochRecord;
  /** Weights averaged over epochs (SWA): how many, and what the average does on the validation rows. */
  readonly averaged?: { readonly epochs: number; readonly validation?: Measure };
  /** Measured once, at the end, on rows that nothing was decided on. */
  readonly test?: Report;
  readonly stopped: Stop;
  readonly updates: number;
  /** Wall clock, evaluation included, loading of the data not. */
  readonly seconds: number;
  /** Training rows per second of training, evaluation left out. */
  readonly samplesPerSecond: number;
  /** Weights that are exactly zero, biases and normalization parameters not counted. */
  readonly zeros: { readonly count: number; readonly of: number };
  /** Parameters and running statistics by name. */
  readonly weights: Weights;
  /** Networks whose answers are averaged, where the run is an ensemble. */
  readonly members?: readonly Member[];
  /** What the data hash to. */
  readonly fingerprint: Fingerprint;
}

/** One of several networks that answer together. */
export interface Member {
  readonly network: Network;
  readonly weights: Weights;
  /** How it was trained, where it was trained alone. */
  readonly epochs?: readonly EpochRecord[];
  readonly best?: EpochRecord;
}

/** Largest batch that evaluation runs at once. */
const evaluationBatch = 256;

/** Seconds between two checkpoints, unless said. */
const usualPause = 10;

/**
 * Trains one network: the experiment's model on a data set. Where the checkpoint to resume is that of a finished run, nothing is trained: the run
 * is made again from its weights.
 * @throws WellfitError for anything in the experiment or the data that cannot work, before the first update
 */
export async function trainOn(
  dataset: Dataset,
  experiment: unknown,
  options: TrainOptions = {},
  /** For one of several networks: its rows of the split, and whether what a person should know of the rows is told elsewhere. */
  part: { readonly rows: (split: Split, settings: Settings) => Split; readonly told: boolean } = {
    rows: (split) => split,
    told: false,
  },
): Promise<Run> {
  checkDataset(dataset);
  const { resume, onCheckpoint: take, checkpointSeconds: every = usualPause } = options;
  const resolved = resume ? continued(resume, experiment, dataset) : resolve(experiment, dataset);
  const { settings } = resolved;
  const all = split(dataset, { ...settings.split, limit: settings.limit });
  const known = part.told ? [] : notesOn(dataset, all, settings);
  return trainRows(dataset, resolved, part.rows(all, settings), options, known, { resume, take, every });
}

/** What continues a run, and what takes its checkpoints. */
interface Checkpointing {
  readonly resume?: Checkpoint;
  readonly take?: TrainOptions['onCheckpoint'];
  readonly every: number;
}

/** The same on rows that are divided already. `known`: what a person should know of them. */
export async function trainRows(
  dataset: Dataset,
  asked: Resolved,
  rows: Split,
  { engine = onnxRuntimeEngine(), onEvent, signal, watch = onEvent ? 'auto' : false, recover }: TrainOptions,
  known: readonly string[],
  { resume, take, every }: Checkpointing = { every: usualPause },
): Promise<Run> {
  const emit = onEvent ?? (() => {});
  const before = resume?.seconds ?? 0;
  const started = performance.now() - 1000 * before;
  const { batchSize, seed, epochs: most } = asked.settings;
  const perEpoch = Math.ceil(rows.train.length / batchSize);
  const misfit = scheduleMisfit(asked.schedule, { total: most * perEpoch, perEpoch });
  const notes = [...known, ...checkBatch(asked.model, batchSize, rows), ...(misfit ? [misfit] : [])];
  const onFit = (step: string, done: number) => emit({ kind: 'fit', step, done });
  const { network, notes: fitNotes } = await makeNetwork(asked, dataset, rows.train, { engine, onFit });
  notes.push(...fitNotes);
  const resolved = asked.autoRate
    ? await withFoundRate(asked, network, dataset, rows, { engine, onEvent: emit, signal })
    : asked;
  const { settings, chosen } = resolved;
  emit({
    kind: 'start',
    settings,
    chosen,
    notes,
    parameters: network.model.parameterCount,
    layers: layerFacts(network),
    target: targetFacts(dataset, network, rows.train),
    constantLoss: onEvent && (await constantLoss(dataset, network, rows.train)),
    rows: { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
  });

  const from = resume?.state;
  const memory = from
    ? prepareMemory(engine, network, dataset, seed)
    : await firstMemory(engine, network, dataset, rows.train, seed);
  if (from && !resume.finished) restoreMemory(memory, network, from.memory);
  const print = fingerprintOf(dataset);
  const checkpoint =
    take &&
    ((state: LoopState, finished?: Stop) =>
      take({
        ...{ settings, chosen, notes, data: print, engine: engine.name, state },
        seconds: (performance.now() - started) / 1000,
        ...(finished && { finished }),
      }));
  const trainer = new Trainer(engine, memory, network, seed);
  const held = Math.max(rows.validation.length, rows.test.length);
  const batch = Math.min(evaluationBatch, held);
  const nameOf = network.averaged ? averageState : undefined;
  const evaluator = held > 0 ? new Evaluator(engine, memory, network, dataset, batch, nameOf) : undefined;
  try {
    const saving = { from, before, take: checkpoint, every };
    const loop = new Loop(resolved, rows, { trainer, evaluator, memory, network }, emit, signal, saving, {
      watch,
      recover,
    });
    const over = from && resume.finished && { stopped: resume.finished, state: from };
    const { stopped, state } = over ?? (await loop.run());
    const { weights, averaged, snapshots, trainSeconds, rowsSeen, epochs, bestEpoch } = state;
    const put = (held: Weights) => {
      for (const [name, tensor] of held) memory.set(nameOf?.(name) ?? name, { ...tensor, data: tensor.data.slice() });
    };
    put(weights);
    const kept = new Map(weights);
    if (averaged > 0 && !over) {
      const fresh = await remeasured(engine, memory, network, rows.train, batchSize, seed);
      for (const [name, tensor] of fresh) kept.set(name, { ...tensor, data: tensor.data.slice() });
      put(kept);
    }
    const measured = evaluator && rows.validation.length > 0 && averaged > 0;
    const judged = evaluator && rows.test.length > 0 ? await evaluator.judge(rows.test) : undefined;
    if (!over && stopped.ending !== 'interrupted') await checkpoint?.({ ...state, weights: kept }, stopped);
    const best = epochs.find(({ epoch }) => epoch === bestEpoch);
    emit({ kind: 'end', stopped, best, epochs: epochs.length });
    return {
      settings,
      chosen,
      notes,
      network,
      rows,
      dataset: {
        name: dataset.name,
        rows: dataset.rows,
        columns: dataset.columns,
        table: widened(dataset, rows.train),
        targetName: dataset.targetName,
        classes: dataset.targets.kind === 'classes' ? dataset.targets.classes : undefined,
      },
      epochs,
      best,
      stopped,
      ...(averaged > 0 && {
        averaged: { epochs: averaged, validation: measured ? await evaluator.measure(rows.validation) : undefined },
      }),
      test: judged && reportOf(network, judged, judged.loss),
      updates: trainer.update,
      seconds: (performance.now() - started) / 1000,
      samplesPerSecond: trainSeconds > 0 ? rowsSeen / trainSeconds : 0,
      zeros: countZeros(network, kept),
      weights: kept,
      fingerprint: print,
      ...(snapshots.length > 0 && { members: snapshots.map((weights) => ({ network, weights })) }),
    };
  } finally {
    await trainer.release();
    await evaluator?.release();
  }
}

/** What each of several networks says of some rows. */
export async function judgeRows(
  dataset: Dataset,
  members: readonly Member[],
  rows: Int32Array,
  engine: Engine,
): Promise<Judged[]> {
  const memory = engine.memory();
  for (const [name, tensor] of Object.entries(dataTensors(dataset))) memory.set(name, tensor);
  const judged: Judged[] = [];
  let evaluator: Evaluator | undefined;
  try {
    for (const [i, { network, weights }] of members.entries()) {
      for (const [name, tensor] of weights) memory.set(name, tensor);
      if (network !== members[i - 1]?.network) {
        await evaluator?.release();
        evaluator = new Evaluator(engine, memory, network, dataset, Math.min(evaluationBatch, rows.length));
      }
      judged.push(await evaluator!.judge(rows));
    }
    return judged;
  } finally {
    await evaluator?.release();
  }
}

/** What a person should know of the rows before they are learned; for leaks the test rows are not looked at. */
function notesOn(dataset: Dataset, rows: Split, { from }: Settings): string[] {
  const { table, targetName = 'the target', notes = [] } = dataset;
  const repeats = describeRepeats(repeatedRows(dataset, rows), table !== undefined);
  return [
    ...(from
      ? ['rows that the earlier model has learned from may be among the test rows: the test would flatter']
      : []),
    ...notes,
    ...(table ? describeLeaks(leaks(dataset, joinRows(rows.train, rows.validation)), targetName) : []),
    ...(repeats ? [repeats] : []),
  ];
}

/** Puts the learning rate that a range test finds in the place of "auto". */
async function withFoundRate(
  resolved: Resolved,
  network: Network,
  dataset: Dataset,
  rows: Split,
  options: Required<Pick<TrainOptions, 'engine' | 'onEvent'>> & TrainOptions,
): Promise<Resolved> {
  const { lr, why } = await findRate(resolved, network, dataset, rows.train, options);
  const found = { ...resolved.optimizer.options, lr };
  return {
    ...resolved,
    autoRate: false,
    optimizer: { ...resolved.optimizer, options: found },
    settings: { ...resolved.settings, optimizer: { [resolved.optimizer.kind]: found } },
    chosen: [...resolved.chosen, { setting: 'lr', value: Number(short(lr)), why }],
  };
}

function countZeros(network: Network, weights: Weights): Run['zeros'] {
  let [count, of] = [0, 0];
  for (const { name, spec } of parametersOf(network.model)) {
    if (!spec.decay) continue;
    const { data } = weights.get(name)!;
    of += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] === 0) count++;
  }
  return { count, of };
}
