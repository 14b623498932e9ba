import { hashText, Random } from '../../src/base/index.ts';
import { examineOn, Historian } from '../../src/doctor/index.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { type Dataset, type Engine, type EnsembleRun, onnxRuntimeEngine } from '../../src/index.ts';
import { judgeRows, reportOf } from '../../src/train/index.ts';
import { takenApart } from './case.ts';
import { randomRepair } from './randomRepair.ts';
import { type Case, suite } from './suite.ts';

/** What one way of repairing made of a training. */
export interface Attempt {
  /** Of the network that stands at the end: the share of right answers or R², on validation rows, and 0 where it is less. */
  readonly outcome: number;
  /** Whether that is another one than before. */
  readonly kept: boolean;
  /** What was changed in the last training, where there was one. */
  readonly what: readonly string[];
  /** Epochs that were trained for it, and those that were allowed. */
  readonly epochs: number;
  readonly allowed: number;
  readonly seconds: number;
}

/** A faulty training, the clean one that it was made of, and what became of it. */
export interface Repaired {
  readonly clean: number;
  readonly original: number;
  /** Of the original training. */
  readonly seconds: number;
  readonly ours: Attempt;
  readonly random: Attempt;
  /** The rule that is the cause after the proof, and the seeds that prove it; absent where nothing was found or proved. */
  readonly root?: string;
  readonly layer?: string;
  readonly seeds?: number;
}

/** Trainings that a repair may cost, the original one not counted. */
export const trainings = 2;
/** A repair is one if it comes as near to the clean network as this. */
export const nearly = 0.02;

export async function repair(one: Case, seed: number): Promise<Repaired> {
  const engine = onnxRuntimeEngine({ threads: 1 });
  const [dataset, experiment] = takenApart(await one.experiment(seed));
  const historian = new Historian();
  const [original, seconds] = await timed(() =>
    trainEnsemble(dataset, experiment, { engine, onEvent: (event) => historian.observe(event) }),
  );
  const history = historian.history!;
  const before = await outcomeOn(original, dataset, engine);
  const allowed = trainings * history.settings.epochs;
  const [examined, ownSeconds] = await timed(() =>
    examineOn(dataset, experiment, { engine, history, run: original, repair: true, times: trainings }),
  );
  const random = new Random(hashText(one.name), seed);
  const [drawn, randomSeconds] = await timed(() =>
    randomRepair(dataset, experiment, history, original, trainings, random, engine),
  );
  const root = examined.findings.find(({ rootCause }) => rootCause);
  const ours = { kept: examined.repair?.kept ?? false, run: examined.run ?? original };
  const attempt = async ({ kept, run }: typeof ours) => ({
    ...{ allowed, kept },
    outcome: kept ? await outcomeOn(run, dataset, engine) : before,
  });
  return {
    clean: await cleanOutcome(one.base, seed, engine),
    original: before,
    seconds,
    ours: {
      ...(await attempt(ours)),
      ...{ what: examined.repair?.what ?? [], epochs: examined.epochs, seconds: ownSeconds },
    },
    random: { ...(await attempt(drawn)), what: drawn.what, epochs: drawn.epochs, seconds: randomSeconds },
    ...(root && { root: root.rule, layer: root.layer, ...(root.proved && { seeds: root.proved.seeds }) }),
  };
}

async function cleanOutcome(name: string, seed: number, engine: Engine): Promise<number> {
  const clean = suite.find((one) => one.name === name)!;
  const [dataset, experiment] = takenApart(await clean.experiment(seed));
  return outcomeOn(await trainEnsemble(dataset, experiment, { engine }), dataset, engine);
}

/** As `outcomeOf`, but of predictions, so that no change of the loss or of the unit of the target moves it. */
async function outcomeOn(run: EnsembleRun, dataset: Dataset, engine: Engine): Promise<number> {
  const [judged] = await judgeRows(dataset, [run], run.rows.validation, engine);
  const { metric, metrics } = reportOf(run.network, judged, judged.loss);
  const outcome = judged.target.kind === 'classes' ? metric : metrics.r2!;
  return Number.isFinite(outcome) ? Math.max(0, outcome) : 0;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const done = await work();
  return [done, (performance.now() - start) / 1000];
}
