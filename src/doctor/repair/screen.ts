import type { Dataset } from '../../data/index.ts';
import { entriesOf, isActivation, replaceActivation, setRate, widen } from '../changes.ts';
import { look, type Seen } from '../diagnose.ts';
import { type Change, isGrave } from '../finding.ts';
import type { History } from '../history.ts';
import type { Rule } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { changed, type Probed, type ProbeOptions, probe } from './probe.ts';
import { beyondNoise, gainInErrors, improves } from './score.ts';

/** Changes that were tried together, and what they did; the same first weights, batches and rows without and with them. */
export interface Trial {
  /** Whose findings suggest the last of the changes. */
  readonly rules: readonly string[];
  readonly changes: readonly Change[];
  readonly measure: string;
  readonly without: number;
  /** NaN where the experiment could not be built with them. */
  readonly with: number;
  /** By how many standard errors the loss of the validation rows fell. */
  readonly errors: number;
  readonly helps: boolean;
  /** Whether nothing was found any more with them. */
  readonly healthy: boolean;
  readonly epochs: number;
  readonly seed: number;
}

/** Epochs that probes may still train. */
export interface Budget {
  left: number;
}

export interface Screening {
  readonly trials: readonly Trial[];
  /** The first change that helped most, alone. */
  readonly first?: Trial;
  /** All changes that helped together, and the network that was trained with them. */
  readonly best?: Trial;
  readonly trained?: Probed;
}

/** Most changes that are tried in a round, and rounds: what was mended may have hidden something else. */
const most = 8;
const rounds = 3;
/** Standard errors above which nobody doubts an improvement. */
const clear = 3.5;
/** Updates of a probe that a difference can show in. */
const enough = 50;

/**
 * Epochs of a probe: an eighth of the training, or more where few changes are to be tried, and long enough for what comes first to happen. What
 * happens late can only be seen by training to the end.
 */
export function probeEpochs({ settings, rows }: History, seen: readonly Seen[], budget: number): number {
  const { epochs } = settings;
  const perEpoch = Math.ceil(rows.train / settings.batchSize);
  const head = seen.find(isGrave);
  if (head && (rules[head.rule] as Rule).showsLate) return epochs;
  const needed = Math.ceil((1.3 * (head?.since ?? 0)) / perEpoch);
  if (needed > budget / 3) return epochs;
  const count = candidatesOf(seen).length;
  const wanted = Math.max(Math.ceil(epochs / (count > 3 ? 8 : 4)), Math.ceil(enough / perEpoch));
  // The changes, the network without them, and a second look at what helps.
  const affordable = Math.max(1, Math.floor(budget / Math.min(7, count + 3)));
  return Math.min(epochs, Math.max(needed, Math.min(wanted, affordable)));
}

export interface ScreenOptions extends ProbeOptions {
  /** Length of a probe. */
  readonly epochs: number;
  /** The training without changes, where it is at hand and probes are as long: then it need not be made again. */
  readonly original?: Probed;
  /** Called once, with the first change that helps, before more is tried on top of it. */
  readonly onFirst: (first: Trial) => Promise<void>;
  readonly onTrial?: (done: number, of: number) => void;
}

/**
 * Tries the changes that the findings suggest, in the order of the evidence; then, on top of what helps most, what is found in that training, and
 * another rate: as far as the budget reaches.
 */
export async function screen(
  dataset: Dataset,
  experiment: Record<string, unknown>,
  history: History,
  seen: readonly Seen[],
  budget: Budget,
  options: ScreenOptions,
): Promise<Screening> {
  const length = { epochs: options.epochs, seed: history.settings.seed };
  const trials: Trial[] = [];
  const prober = new Prober(dataset, experiment, length.epochs, budget, options);
  let candidates = candidatesOf(seen);
  let current = candidates.length > 0 ? (options.original ?? (await prober.probe([], length.seed))) : undefined;
  if (!current) return { trials };
  let [first, best]: (Trial | undefined)[] = [];
  for (let round = 0; round < rounds && candidates.length > 0; round++) {
    let winner: { trial: Trial; probed: Probed } | undefined;
    for (const { rules, change } of candidates) {
      if (!prober.reaches(1)) break;
      const changes = [...(best?.changes ?? []), change];
      const probed = await prober.probe(changes, length.seed);
      const seenAlone = trialOf(rules, changes, current, probed, length);
      const trial = hopeful(seenAlone) ? await again(prober, best?.changes ?? [], seenAlone) : seenAlone;
      trials.push(trial);
      if (probed && trial.helps && (!winner || better(trial, probed, winner))) winner = { trial, probed };
      // What leaves nothing of what was found needs no rival.
      if (trial.helps && probed && trial.errors > clear && !stillSeen(probed, candidates)) break;
    }
    if (!winner && round === 0) {
      candidates = pairsOf(candidates);
      continue;
    }
    if (!winner) break;
    if (!first) {
      first = winner.trial;
      await options.onFirst(first);
    }
    best = winner.trial;
    current = winner.probed;
    candidates = nextOf(current.history, best.changes);
  }
  return { trials, first, best, trained: best && current };
}

/** Makes probes within the budget, and tells how much of it is used. */
class Prober {
  private readonly dataset: Dataset;
  private readonly experiment: Record<string, unknown>;
  private readonly epochs: number;
  private readonly budget: Budget;
  private readonly options: ScreenOptions;
  private readonly total: number;

  constructor(
    dataset: Dataset,
    experiment: Record<string, unknown>,
    epochs: number,
    budget: Budget,
    options: ScreenOptions,
  ) {
    this.dataset = dataset;
    this.experiment = experiment;
    this.epochs = epochs;
    this.budget = budget;
    this.options = options;
    this.total = budget.left;
  }

  /** Whether there is enough left for so many probes. */
  reaches(count: number): boolean {
    return !this.options.signal?.aborted && this.budget.left >= count * this.epochs;
  }

  async probe(changes: readonly Change[], seed: number): Promise<Probed | undefined> {
    const probed = await probe(
      this.dataset,
      changed(this.experiment, changes),
      { epochs: this.epochs, seed },
      this.options,
    );
    if (probed) this.budget.left -= Math.max(1, probed.run.epochs.length);
    this.options.onTrial?.(this.total - this.budget.left, this.total);
    return probed;
  }
}

/** Better, but not yet beyond noise. */
const hopeful = ({ helps, without, with: after, errors }: Trial): boolean => !helps && after > without && errors > 1;

/** The same with another seed; both together decide. */
async function again(prober: Prober, made: readonly Change[], trial: Trial): Promise<Trial> {
  if (!prober.reaches(2)) return trial;
  const seed = trial.seed + 1;
  const [before, after] = [await prober.probe(made, seed), await prober.probe(trial.changes, seed)];
  if (!before || !after) return trial;
  const errors = (trial.errors + gainInErrors(before.score, after.score)) / Math.SQRT2;
  return { ...trial, errors, helps: errors > beyondNoise && after.score.value > before.score.value };
}

/** Where nothing helps alone, two things may be wrong at once: the first change with one of each other finding. */
function pairsOf(candidates: readonly Candidate[]): Candidate[] {
  const [head, ...rest] = candidates;
  return rest
    .filter(({ rules }) => !rules.some((rule) => head.rules.includes(rule)))
    .map(({ change }) => ({
      rules: head.rules,
      change: {
        what: `${head.change.what}, and ${change.what}`,
        settings: { ...head.change.settings, ...change.settings },
      },
    }));
}

/** Whether anything that the candidates are to mend is found in a training still. */
const stillSeen = ({ history }: Probed, candidates: readonly Candidate[]): boolean =>
  look(history).some((one) => isGrave(one) && candidates.some(({ rules }) => rules.includes(one.rule)));

/** What counts as no worse in the measure. */
const asGood = 0.01;

/** What was suggested earlier stands unless another is better beyond chance, or as good and leaves less to be found or a clearly smaller loss. */
const better = (trial: Trial, probed: Probed, winner: { trial: Trial; probed: Probed }): boolean =>
  improves(winner.probed.score, probed.score) ||
  (trial.with >= winner.trial.with - asGood &&
    ((trial.healthy && !winner.trial.healthy) || gainInErrors(winner.probed.score, probed.score) > beyondNoise));

interface Candidate {
  readonly rules: string[];
  readonly change: Change;
}

/** The first two changes of the head, then one of each finding in turn; a change that several findings suggest is tried once. */
function candidatesOf(seen: readonly Seen[]): Candidate[] {
  const grave = seen.filter(isGrave);
  const deepest = grave.reduce((n, { changes }) => Math.max(n, changes.length), 0);
  const turns = Array.from({ length: deepest }, (_, i) =>
    grave.map(({ rule, changes }) => ({ rule, change: changes[i] })),
  );
  const [head] = grave;
  const ofHead = head?.changes.slice(0, 2).map((change) => ({ rule: head.rule, change })) ?? [];
  const known = new Map<string, Candidate>();
  for (const { rule, change } of [...ofHead, ...turns.flat()]) {
    // That more epochs help cannot be seen in fewer.
    if (!change || Object.keys(change.settings).every((name) => name === 'epochs')) continue;
    const key = JSON.stringify(change.settings);
    const same = known.get(key);
    if (!same) known.set(key, { rules: [rule], change });
    else if (!same.rules.includes(rule)) same.rules.push(rule);
  }
  return [...known.values()].slice(0, most);
}

/** What is still found with the changes made; then what often helps: a hidden layer, relu, Adam, and another rate, which the fault may have spoilt. */
function nextOf(history: History, made: readonly Change[]): Candidate[] {
  const { settings } = history;
  const [kind] = Object.keys(settings.optimizer);
  const adaptive = !['sgd', 'momentum', 'nesterov'].includes(kind);
  const optimizer = { what: `optimizer ${kind} -> adam`, settings: { optimizer: { adam: {} } } };
  const bare = !entriesOf(settings).some(({ kind }) => isActivation(kind));
  const others = [
    ...(bare ? widen(settings, 1) : replaceActivation(settings, ['sigmoid', 'hardSigmoid'], 'relu')),
    // Short probes like rates that a long training does not bear: only a rate that nobody has chosen yet is raised.
    ...(adaptive ? [] : [optimizer, ...(made.some(isOfOptimizer) ? [] : setRate(settings, 3))]),
    ...setRate(settings, 1 / 3),
  ].map((change) => ({ rules: [], change }));
  const done = new Set(made.map(({ what }) => what));
  return [...candidatesOf(look(history)), ...others].filter(({ change }) => !done.has(change.what)).slice(0, most);
}

const isOfOptimizer = ({ settings }: Change): boolean => 'optimizer' in settings;

function trialOf(
  rules: readonly string[],
  changes: readonly Change[],
  before: Probed,
  after: Probed | undefined,
  length: { epochs: number; seed: number },
): Trial {
  const facts = { rules, changes, measure: before.score.measure, without: before.score.value, ...length };
  if (!after) return { ...facts, with: Number.NaN, errors: 0, helps: false, healthy: false };
  return {
    ...facts,
    with: after.score.value,
    errors: gainInErrors(before.score, after.score),
    helps: improves(before.score, after.score),
    healthy: !look(after.history).some(isGrave),
  };
}
