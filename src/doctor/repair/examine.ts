import { short } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import type { TrainEvent, TrainOptions } from '../../train/index.ts';
import { look, type Seen } from '../diagnose.ts';
import { type Finding, isGrave, type Proof } from '../finding.ts';
import { Historian, type History } from '../history.ts';
import { changed, type Probed, probe } from './probe.ts';
import { beyondNoise, gainInErrors, improves, scoreOf } from './score.ts';
import { type Budget, probeEpochs, type Screening, screen, type Trial } from './screen.ts';

export interface ExamineOptions extends Pick<TrainOptions, 'engine' | 'signal'> {
  /** Of a training of the experiment that is over; without it the experiment is trained first. */
  readonly history?: History;
  /** The training itself, where it is at hand. */
  readonly run?: EnsembleRun;
  /** Tries to make it better, and trains it again with what helped. */
  readonly repair?: boolean;
  /** Passes over the training rows that may be made, in whole trainings, the first one not counted; 2. */
  readonly times?: number;
  /** Rules that are not to be told of, and why not. */
  readonly suppress?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** What was changed, and what came of it. */
export interface Repair {
  /** Whether the repaired training is better beyond noise; otherwise the original stands. */
  readonly kept: boolean;
  readonly what: readonly string[];
  /** What stands in the repaired experiment instead, by setting. */
  readonly diff: readonly { readonly setting: string; readonly before: unknown; readonly after: unknown }[];
  readonly measure: string;
  readonly before: number;
  readonly after: number;
  readonly words: string;
}

export interface Examination {
  /** One chain, its head first. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly { readonly rule: string; readonly reason: string }[];
  /** Everything that was tried, in order. */
  readonly trials: readonly Trial[];
  /** Passes over the training rows that were made for it, of one network. */
  readonly epochs: number;
  readonly repair?: Repair;
  /** Why nothing was repaired, where that was asked for. */
  readonly words?: string;
  /** What the training told whose repair was kept, in order. */
  readonly events?: readonly TrainEvent[];
  /** The better one of the original and the repaired training, where there was one to train. */
  readonly run?: EnsembleRun;
}

/**
 * Says what is wrong with a training and puts it to the proof: short probes of the same network on the same batches, with and without what is
 * suspected. What no probe bears out stays a suspicion.
 */
export async function examineOn(
  dataset: Dataset,
  experiment: object,
  options: ExamineOptions = {},
): Promise<Examination> {
  const { engine = onnxRuntimeEngine(), signal, onEvent, repair = false, times = 2, suppress = {} } = options;
  const { history, run } = options.history
    ? { history: options.history, run: options.run }
    : await firstTraining(dataset, experiment, { engine, signal, onEvent });
  const all = look(history);
  const seen = all.filter(({ rule }) => !(rule in suppress));
  const suppressed = all.filter(({ rule }) => rule in suppress).map(({ rule }) => ({ rule, reason: suppress[rule] }));
  const { from, seed, ensemble } = experiment as { from?: object; seed?: number; ensemble?: unknown };
  const asked: Record<string, unknown> = { ...history.settings, ...(from && { from }) };
  const whole = history.settings.epochs;
  const several = ensemble ?? run?.settings.ensemble ?? history.settings.ensemble ?? false;
  // A repair keeps enough to train once more, unless its probes are whole trainings.
  const reserve = repair ? whole : 0;
  const epochs = probeEpochs(history, seen, times * whole - reserve);
  const isWhole = epochs === whole && several === false;
  const budget: Budget = { left: Math.max(0, times * whole - (isWhole ? 0 : reserve)) };
  const allowed = budget.left;
  const original = isWhole && run ? await asProbe(dataset, run, history, engine) : undefined;
  const onTrial = (done: number, of: number) => onEvent?.({ kind: 'search', what: 'cause', done: done / of });
  let proof: Proof | undefined;
  const onFirst = async (first: Trial) => {
    proof = await prove(dataset, asked, first, repair ? 2 : 3, budget, { engine, signal });
  };
  const screening = await screen(dataset, asked, history, seen, budget, {
    ...{ engine, signal, epochs, original },
    onTrial,
    onFirst,
  });
  const { best } = screening;
  const findings = conclude(seen, screening, proof);
  const result = { findings, suppressed, trials: screening.trials };
  const spent = allowed - budget.left;
  if (!repair || signal?.aborted) return { ...result, epochs: spent, run };
  if (!best)
    return {
      ...result,
      epochs: spent,
      run,
      ...(findings.some(isGrave) && { words: helpless(screening, budget.left) }),
    };
  // Probes are of one network; what is kept is all that was asked for.
  const full = { ...asked, seed: seed ?? run?.settings.seed ?? history.settings.seed, ensemble: several };
  const before = run ?? (await trainEnsemble(dataset, full, { engine, signal }));
  const trained = isWhole ? screening.trained : undefined;
  const events: TrainEvent[] = [...(trained?.events ?? [])];
  const after: EnsembleRun =
    trained?.run ??
    (await trainEnsemble(dataset, changed(full, best.changes), {
      engine,
      signal,
      onEvent(event) {
        events.push(event);
        onEvent?.(event);
      },
    }));
  const made = await judge(dataset, history, { before, after }, best, proof, engine);
  return {
    ...{ ...result, epochs: spent + (trained ? 0 : after.epochs.length), repair: made },
    ...(made.kept ? { run: after, events } : { run: before }),
  };
}

function helpless({ trials }: Screening, left: number): string {
  if (trials.length > 0) return 'nothing that was tried helps beyond noise; the original stays';
  return left > 0
    ? 'no change of the experiment is known that could help; the original stays'
    : 'nothing was tried: no passes over the rows are left for it; the original stays';
}

async function firstTraining(dataset: Dataset, experiment: object, options: TrainOptions & { engine: Engine }) {
  const historian = new Historian();
  const run = await trainEnsemble(dataset, experiment, {
    ...options,
    onEvent(event) {
      historian.observe(event);
      options.onEvent?.(event);
    },
  });
  return { history: historian.history!, run };
}

/** A trial again with other seeds, as far as the budget reaches. */
async function prove(
  dataset: Dataset,
  experiment: Record<string, unknown>,
  { changes, measure, epochs, seed, ...trial }: Trial,
  /** Seeds that it is made with, the first one counted. */
  seeds: number,
  budget: Budget,
  options: { engine: Engine; signal?: AbortSignal },
): Promise<Proof> {
  const pairs = [{ without: trial.without, with: trial.with, errors: trial.errors }];
  while (pairs.length < seeds && budget.left >= 2 * epochs && !options.signal?.aborted) {
    const length = { epochs, seed: seed + pairs.length };
    const before = await probe(dataset, experiment, length, options);
    const after = await probe(dataset, changed(experiment, changes), length, options);
    budget.left -= 2 * epochs;
    if (!before || !after) break;
    const errors = gainInErrors(before.score, after.score);
    pairs.push({ without: before.score.value, with: after.score.value, errors });
  }
  const middle = (values: number[]) => {
    const sorted = values.sort((a, b) => a - b);
    return (sorted[(values.length - 1) >> 1] + sorted[values.length >> 1]) / 2;
  };
  return {
    change: changes.map(({ what }) => what).join(', '),
    measure,
    without: middle(pairs.map((pair) => pair.without)),
    with: middle(pairs.map((pair) => pair.with)),
    better: pairs.filter((pair) => pair.with > pair.without).length,
    errors: pairs.reduce((sum, pair) => sum + pair.errors, 0) / Math.sqrt(pairs.length),
    seeds: pairs.length,
    epochs,
  };
}

/** Share of the best effect that a cause which stands nearer to the root must have to be named. */
const nearly = 0.6;

/** The chain with what the probes have shown: the head is the first cause whose removal alone helps about as much as any. */
function conclude(seen: readonly Seen[], { trials, first }: Screening, proof: Proof | undefined): Finding[] {
  const alone = trials.filter(({ changes, helps }) => helps && changes.length === 1);
  const gain = (trial: Trial) => trial.with - trial.without;
  const borneOut = proof !== undefined && proof.better === proof.seeds;
  const most = first && borneOut ? gain(first) : Number.POSITIVE_INFINITY;
  const trialOf = (rule: string) =>
    alone
      .filter((trial) => trial.rules.includes(rule) && (trial !== first || borneOut))
      .toSorted((a, b) => gain(b) - gain(a))[0];
  const explains = ({ rule }: Seen) => {
    const trial = trialOf(rule);
    return trial !== undefined && (gain(trial) >= nearly * most || trial === first);
  };
  const grave = seen.filter(isGrave);
  const head = grave.find(explains) ?? grave[0];
  const rest = seen.filter((one) => one !== head);
  return (head ? [head, ...rest] : rest).map(({ changes: _, ...sighting }) => {
    const trial = trialOf(sighting.rule);
    return {
      ...sighting,
      proved: trial ? (trial === first && proof ? proof : single(trial)) : null,
      rootCause: sighting.rule === head?.rule,
    };
  });
}

const single = ({ changes, measure, epochs, errors, ...trial }: Trial): Proof => ({
  change: changes.map(({ what }) => what).join(', '),
  ...{ measure, without: trial.without, with: trial.with, errors },
  ...{ better: 1, seeds: 1, epochs },
});

const asProbe = async (dataset: Dataset, run: EnsembleRun, history: History, engine: Engine): Promise<Probed> => ({
  ...{ run, history, events: [] },
  score: await scoreOf(run, dataset, engine),
});

/** Whether the repaired training is to be kept: only where it is better beyond noise. */
async function judge(
  dataset: Dataset,
  { settings }: History,
  runs: { readonly before: EnsembleRun; readonly after: EnsembleRun },
  { changes }: Trial,
  proof: Proof | undefined,
  engine: Engine,
): Promise<Repair> {
  const before = await scoreOf(runs.before, dataset, engine);
  const after = await scoreOf(runs.after, dataset, engine);
  // What the probes have shown counts as well: their evidence and that of the whole training together.
  const errors = (gainInErrors(before, after) + (proof?.errors ?? 0)) / Math.SQRT2;
  const better = improves(before, after) || (after.value > before.value && errors > beyondNoise);
  const kept = runs.after.stopped.ending !== 'interrupted' && better;
  const named = changes.flatMap(({ settings: changed }) => Object.keys(changed));
  const numbers = `${after.measure} on the validation rows ${short(before.value)} before, ${short(after.value)} after`;
  return {
    ...{ kept, what: changes.map(({ what }) => what) },
    diff: [...new Set(named)].map((setting) => ({
      setting,
      before: settings[setting as keyof typeof settings],
      after: runs.after.settings[setting as keyof typeof settings],
    })),
    ...{ measure: before.measure, before: before.value, after: after.value },
    words: kept ? `repaired: ${numbers}` : `not better beyond noise, so the original stays: ${numbers}`,
  };
}
