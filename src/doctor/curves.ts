import type { History } from './history.ts';
import { median } from './inside.ts';
import { progressOf } from './progress.ts';

/** What was found where the losses stood highest above both the first ones and the answer that is the same for all rows. */
export interface Rise {
  /** How many times as high as both. */
  readonly factor: number;
  /** The first update at which twice as much was reached, or the top where it was not. */
  readonly since: number;
  readonly level: number;
}

/** Rows that a loss is taken over before it is believed, and the fewest batches. */
const believed = 128;
const fewest = 5;
/** Rows that the first loss is taken over. */
const sure = 32;

const finite = (values: readonly number[]): number[] => values.filter(Number.isFinite);
export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Whether the training went its whole way: it was not interrupted, and is not under way. */
export const isOver = ({ stopped }: History): boolean => stopped !== undefined && stopped.ending !== 'interrupted';

/** Updates that were meant to be made. */
export const planned = ({ settings, rows }: History): number =>
  settings.epochs * Math.ceil(rows.train / settings.batchSize);

/** Whether so much of the way is behind that the rest will not turn it round. */
export const isLate = (history: History): boolean =>
  isOver(history) || history.losses.length >= Math.max(50, 0.6 * planned(history));

/** Share of what guessing leaves that is learned now: of the training rows or the validation rows, whichever more. */
export function learned(history: History): number {
  const progress = progressOf(history);
  if (!progress) return 0;
  const { constant, lift } = progress;
  const validation = history.epochs.at(-1)?.validation?.loss ?? Number.NaN;
  return best(lift, constant > 0 ? 1 - validation / constant : Number.NaN);
}

/** The greater one of two, where a number that is none does not count. */
const best = (a: number, b: number): number => (a > b || Number.isNaN(b) ? a : b);

/** How high the losses rose above their start, by medians over enough rows that a few hard ones do not count. */
export function riseOf(history: History): Rise | undefined {
  const { losses, settings } = history;
  const progress = progressOf(history);
  if (!progress) return undefined;
  const width = Math.min(losses.length, Math.max(fewest, Math.ceil(believed / settings.batchSize)));
  // The first of a few small batches may be an easy one.
  const level = mean(losses.slice(0, Math.ceil(sure / settings.batchSize)));
  const start = Math.max(progress.first, progress.constant, Number.isFinite(level) ? level : 0);
  const stride = Math.max(1, width >> 2);
  let top = { level: Number.NEGATIVE_INFINITY, at: 0 };
  let since: number | undefined;
  for (let i = 0; i + width <= losses.length; i += stride) {
    const level = median(losses.slice(i, i + width));
    if (level > top.level) top = { level, at: i };
    if (level > 2 * start) since ??= i + 1;
  }
  if (!(start > 0)) return undefined;
  return { factor: top.level / start, since: since ?? top.at + 1, level: top.level };
}

/**
 * How straight the loss still falls: what it fell by in the second half of the way over what it fell by in the first, the way being the sum of the
 * learning rates, so that a schedule bends nothing. Near 0 it has come to rest, 1 is a straight line. undefined where it did not fall.
 */
export function straightness(history: History): number | undefined {
  const { losses, rates } = history;
  const progress = progressOf(history);
  if (!progress || losses.length < 8) return undefined;
  const width = Math.max(1, Math.min(progress.window, losses.length >> 2));
  const half = rates.reduce((sum, x) => sum + (Number.isNaN(x) ? 0 : x), 0) / 2;
  let way = 0;
  let middle = rates.findIndex((rate) => (way += Number.isNaN(rate) ? 0 : rate) >= half);
  middle = Math.min(Math.max(middle, width), losses.length - width);
  const level = (start: number, count: number) => mean(finite(losses.slice(Math.max(0, start), start + count)));
  const [first, between, last] = [
    level(0, Math.min(width, fewest)),
    level(middle - (width >> 1), width),
    level(losses.length - width, width),
  ];
  return first > between ? (between - last) / (first - between) : undefined;
}

/**
 * How far the updates together could have moved the weights, as a share of their length: the sum of update / weight over all updates, for the
 * tensor of weights that went farthest. undefined where no update was looked at, or weights have no length.
 */
export function travelled({ signals, losses }: History): number | undefined {
  const ways = new Map<string, number>();
  signals.forEach((look, i) => {
    const until = signals[i + 1]?.update ?? losses.length + 1;
    for (const [name, { kind, ratio }] of Object.entries(look.parameters))
      if (kind === 'weight') ways.set(name, (ways.get(name) ?? 0) + ratio * Math.max(1, until - look.update));
  });
  const known = [...ways.values()].filter((way) => !Number.isNaN(way));
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** Losses of whole epochs rise again and again, by more than what rows could explain: every epoch has the same rows. */
export interface Swings {
  readonly rises: number;
  readonly of: number;
  /** The greatest rise, as a share of what guessing leaves. */
  readonly largest: number;
  /** The update at which the first one began. */
  readonly since: number;
}

/** Rises of the training loss from one epoch to the next of more than `share` of what guessing leaves, while the rate does not rise. */
export function swingsOf(history: History, share: number): Swings | undefined {
  const { epochs, rates, stopped } = history;
  const progress = progressOf(history);
  if (!progress || epochs.length < 2 || stopped?.ending === 'diverged') return undefined;
  const { perEpoch, constant } = progress;
  const gains = epochs.slice(1).map(({ train }, i) => (train.loss - epochs[i].train.loss) / constant);
  const steady = (i: number) => {
    const at = (epoch: number) => rates[Math.min(rates.length, epoch * perEpoch) - 1] ?? Number.NaN;
    return !(at(i + 2) > 1.05 * at(i + 1));
  };
  const found = gains.flatMap((gain, i) => (gain > share && steady(i) ? [i] : []));
  if (found.length === 0) return undefined;
  return {
    rises: found.length,
    of: gains.length,
    largest: Math.max(...found.map((i) => gains[i])),
    since: epochs[found[0] + 1].epoch * perEpoch - perEpoch + 1,
  };
}

/** The rate that the settings give, which a schedule multiplies; undefined where it is looked for. */
export function baseRate({ settings }: History): number | undefined {
  const [options] = Object.values(settings.optimizer) as { lr?: unknown }[];
  return typeof options?.lr === 'number' ? options.lr : undefined;
}

/** The one name in an entry of the settings, and its options. */
export function entryOf(entry: unknown): { kind: string; options: Readonly<Record<string, unknown>> } {
  if (typeof entry === 'string') return { kind: entry, options: {} };
  const [[kind, options] = ['', {}]] = Object.entries((entry ?? {}) as Record<string, Record<string, unknown>>);
  return { kind, options };
}

/** Whether the training rows are seen through dropout, noise or augmentation, which makes their loss higher than that of the validation rows. */
export const isDisturbed = ({ settings, layers }: History): boolean =>
  settings.augment.length > 0 || layers.some(({ kind }) => /dropout|noise/i.test(kind));
