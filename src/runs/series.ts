import type { Bodies } from './bodies.ts';
import type { RecordedEvent } from './event.ts';
import { type MemberRecord, type RunRecord, replay } from './replay.ts';
import { metricName } from './summary.ts';

/** Counts of values in bins of equal width from `low` to `high`; without any finite value, `low` is above `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

export interface Point<T = number> {
  /** Updates done; unknown where the run did not tell. */
  readonly update?: number;
  /** The epoch that the update belongs to, from 1. */
  readonly epoch?: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: T;
}

/** One curve of a run, in the order of its steps. */
export interface Series<T = number> {
  readonly name: string;
  /** What its points are counted by. */
  readonly by: 'update' | 'epoch';
  readonly points: readonly Point<T>[];
}

/** One network of a run as curves. */
export interface Network {
  /** "network" for the only one, else "member-1", "fold-2". */
  readonly name: string;
  readonly start?: MemberRecord['start'];
  readonly numbers: readonly Series[];
  readonly histograms: readonly Series<Histogram>[];
  readonly findings: RunRecord['findings'];
}

/** What is told of a layer, and the first and last part of the name of its series; its own name stands between them. */
const layerNumbers = {
  mean: ['activation', 'mean'],
  deviation: ['activation', 'deviation'],
  largest: ['activation', 'largest'],
  zeros: ['activation', 'zeros'],
  silent: ['activation', 'silent'],
  constant: ['activation', 'constant'],
  saturated: ['activation', 'saturated'],
  gradient: ['gradient', 'rms'],
} as const;
const parameterNumbers = {
  weight: ['weight', 'norm'],
  gradient: ['gradient', 'norm'],
  update: ['update', 'norm'],
  ratio: ['update', 'ratio'],
} as const;
const layerHistograms = { values: 'activation', gradients: 'gradient' } as const;
const parameterHistograms = { values: 'weight', gradients: 'gradient' } as const;

/** The curves of every network of a run; those without a point are left out. */
export function networksOf(events: readonly RecordedEvent[]): Network[] {
  const { members, findings } = replay(events);
  const times = timesOf(events);
  return members.map((member) => {
    const { what, index = 1, start } = member;
    const { numbers, histograms } = curvesOf(member, times[index - 1]);
    return {
      name: what === undefined ? 'network' : `${what}-${index}`,
      ...(start && { start }),
      ...{ numbers, histograms },
      findings: findings.filter((finding) => (finding.member ?? 1) === index),
    };
  });
}

/** When what was told, by its count. */
interface Times {
  readonly updates: number[];
  readonly signals: number[];
  readonly epochs: { readonly time: number; readonly update?: number }[];
}

/** Of every network. What is told again replaces what was told before, as when replayed. */
function timesOf(events: readonly RecordedEvent[]): Times[] {
  const networks: Times[] = [];
  let at = 0;
  for (const { kind, body, time, update } of events) {
    if (kind === 'member') at = (body as Bodies['member']).index - 1;
    networks[at] ??= { updates: [], signals: [], epochs: [] };
    const { updates, signals, epochs } = networks[at];
    if (kind === 'updates') {
      const { first, loss } = body as Bodies['updates'];
      for (let i = 0; i < loss.length; i++) updates[first + i] = time;
    } else if (kind === 'signals') signals[(body as Bodies['signals']).signals.update] = time;
    else if (kind === 'epoch') epochs[(body as Bodies['epoch']).record.epoch] = { time, update };
  }
  return networks;
}

function curvesOf({ start, epochs, updates, signals }: MemberRecord, times: Times) {
  const numbers = new Curves<number>();
  const histograms = new Curves<Histogram>();
  const ends = epochs.map(({ epoch }) => times.epochs[epoch].update);

  const inEpoch = epochsAt(updates.update, ends);
  for (const [i, update] of updates.update.entries()) {
    const at = { update, epoch: inEpoch[i], time: times.updates[update] };
    numbers.add('loss/batch', 'update', at, updates.loss[i]);
    numbers.add('lr', 'update', at, updates.lr[i]);
  }

  const metric = `metric/${metricName(start?.settings.metric ?? 'metric')}`;
  for (const { epoch, train, validation } of epochs) {
    const at = { ...times.epochs[epoch], epoch };
    numbers.add('loss/train', 'epoch', at, train.loss);
    numbers.add('loss/validation', 'epoch', at, validation?.loss);
    numbers.add(`${metric}/train`, 'epoch', at, train.metric);
    numbers.add(`${metric}/validation`, 'epoch', at, validation?.metric);
  }

  const looked = signals.map(({ update }) => update);
  const lookedIn = epochsAt(looked, ends);
  for (const [i, { update, ...told }] of signals.entries()) {
    const { input, layers, parameters, penalties } = told as Told;
    const at = { update, epoch: lookedIn[i], time: times.signals[update] };
    // No gradient is measured of the input.
    const rows = input && { input: { ...input, gradient: undefined, gradients: undefined } };
    for (const [name, layer] of Object.entries<Measured>({ ...rows, ...layers })) {
      for (const [key, [family, part]] of Object.entries(layerNumbers))
        numbers.add(`${family}/${name}/${part}`, 'update', at, layer[key] as number | undefined);
      for (const [key, family] of Object.entries(layerHistograms))
        histograms.add(`${family}/${name}`, 'update', at, layer[key] as Histogram | undefined);
    }
    for (const [name, parameter] of Object.entries(parameters ?? {})) {
      for (const [key, [family, part]] of Object.entries(parameterNumbers))
        numbers.add(`${family}/${name}/${part}`, 'update', at, parameter[key] as number | undefined);
      for (const [key, family] of Object.entries(parameterHistograms))
        histograms.add(`${family}/${name}`, 'update', at, parameter[key] as Histogram | undefined);
    }
    for (const [name, penalty] of Object.entries(penalties ?? {}))
      numbers.add(`penalty/${name}`, 'update', at, penalty);
  }
  return { numbers: numbers.all(), histograms: histograms.all() };
}

type Measured = Readonly<Record<string, number | Histogram | undefined>>;

/** Signals as they are recorded, of which `Signals` names only a part. */
interface Told {
  readonly input?: Measured;
  readonly layers?: Readonly<Record<string, Measured>>;
  readonly parameters?: Readonly<Record<string, Measured>>;
  readonly penalties?: Readonly<Record<string, number>>;
}

/** Curves in the order in which they were first heard of. */
class Curves<T> {
  private readonly series = new Map<string, { by: Series['by']; points: Point<T>[] }>();

  add(name: string, by: Series['by'], at: Omit<Point, 'value'>, value: T | undefined): void {
    if (value === undefined) return;
    const found = this.series.get(name) ?? { by, points: [] };
    this.series.set(name, found);
    found.points.push({ ...at, value });
  }

  all = (): Series<T>[] => Array.from(this.series, ([name, { by, points }]) => ({ name, by, points }));
}

/** The epoch of each of the rising `updates`; `ends` are the updates that the epochs ended with. */
function epochsAt(updates: readonly number[], ends: readonly (number | undefined)[]): (number | undefined)[] {
  if (ends.includes(undefined)) return [];
  let done = 0;
  return updates.map((update) => {
    while (done < ends.length && ends[done]! < update) done++;
    return done + 1;
  });
}
