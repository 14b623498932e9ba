import { short } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import type { TrainEvent, TrainOptions } from '../../train/index.ts';
import { look, type Seen } from '../diagnose.ts';
import type { Finding, Proof } from '../finding.ts';
import { Historian, type History } from '../history.ts';
import { changed, probe } from './probe.ts';
import { beyondNoise, gainInErrors, improves, type Score, scoreOf } from './score.ts';
import { type Budget, type Screening, screen, type Trial } from './screen.ts';

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
  /** The better one of the original and the repaired training, where there was one to train. */
  readonly run?: EnsembleRun;
}

/**
 * Says what is wrong with a training and puts it to the proof: short probes of the same network on the same batches, with and without what is
 * suspected. A suspicion that no probe bears out, in a network that learns, is no more than information.
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
  const { epochs } = history.settings;
  // A repair keeps enough to train once more.
  const budget: Budget = { left: Math.max(0, (repair ? times - 1 : times) * epochs) };
  const allowed = budget.left;
  const onTrial = (done: number, of: number) => onEvent?.({ kind: 'search', what: 'cause', done: done / of });
  let proof: Proof | undefined;
  const onFirst = async (first: Trial) => {
    proof = await prove(dataset, asked, first, repair ? 2 : 3, budget, { engine, signal });
  };
  const screening = await screen(dataset, asked, history, seen, budget, { engine, signal, onTrial, onFirst });
  const { best } = screening;
  const findings = conclude(seen, screening, proof);
  const result = { findings, suppressed, trials: screening.trials };
  const spent = allowed - budget.left;
  if (!repair || !best || signal?.aborted) return { ...result, epochs: spent, run };
  // Probes are of one network; what is kept is all that was asked for.
  const full = {
    ...asked,
    seed: seed ?? run?.settings.seed ?? history.settings.seed,
    ensemble: ensemble ?? run?.settings.ensemble ?? history.settings.ensemble ?? false,
  };
  const original = run ?? (await trainEnsemble(dataset, full, { engine, signal }));
  const mended = await mend(dataset, full, history, original, best, proof, { engine, signal, onEvent });
  const { repair: made } = mended;
  const trained = mended.run.epochs.length;
  return { ...result, epochs: spent + trained, repair: made, run: made.kept ? mended.run : original };
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
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
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
  const grave = seen.filter(({ severity }) => severity !== 'info');
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

/** Trains the whole experiment with the change, and keeps it only where it is better beyond noise. */
async function mend(
  dataset: Dataset,
  experiment: Record<string, unknown>,
  { settings }: History,
  original: EnsembleRun,
  { changes }: Trial,
  proof: Proof | undefined,
  options: { engine: Engine; signal?: AbortSignal; onEvent?: (event: TrainEvent) => void },
): Promise<{ repair: Repair; run: EnsembleRun }> {
  const run = await trainEnsemble(dataset, changed(experiment, changes), options);
  const held = (r: EnsembleRun) => (r.rows.validation.length > 0 ? r.rows.validation : r.rows.train);
  const scored = (r: EnsembleRun): Promise<Score> => scoreOf(r, dataset, held(r), options.engine);
  const [before, after] = [await scored(original), await scored(run)];
  // What the probes have shown counts as well: their evidence and that of the whole training together.
  const errors = (gainInErrors(before, after) + (proof?.errors ?? 0)) / Math.SQRT2;
  const good = improves(before, after) || (after.value > before.value && errors > beyondNoise);
  const kept = run.stopped.ending !== 'interrupted' && good;
  const named = changes.flatMap(({ settings: s }) => Object.keys(s));
  const diff = [...new Set(named)].map((setting) => ({
    setting,
    before: settings[setting as keyof typeof settings],
    after: run.settings[setting as keyof typeof settings],
  }));
  const numbers = `${after.measure} on the validation rows ${short(before.value)} before, ${short(after.value)} after`;
  return {
    run,
    repair: {
      ...{ kept, what: changes.map(({ what }) => what), diff },
      ...{ measure: before.measure, before: before.value, after: after.value },
      words: kept ? `repaired: ${numbers}` : `not better beyond noise, so the original stays: ${numbers}`,
    },
  };
}
