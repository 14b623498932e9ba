import { percent, short } from '../../base/index.ts';
import { normalCdf } from '../math/normal.ts';
import type { NumericParameter, Space } from '../space/parameter.ts';
import { boundsOf, countOf, fromScale, toScale } from '../space/scale.ts';
import type { Trial } from '../trial.ts';
import { best } from './best.ts';
import { said } from './stages.ts';

/** What a person should know of the ranges. */
export interface Warning {
  readonly kind: 'edge' | 'linear';
  readonly parameter: string;
  readonly words: string;
  /** How probable so many trials at the edge were by chance. */
  readonly chance?: number;
  /** The range that would be wide enough to see. */
  readonly range?: NumericParameter;
}

/** The outer part of a range, in its scale; the share of the trials that count as the best, and the fewest trials that can be asked. */
const [outer, leading, fewest] = [0.05, 0.1, 20];
/** Chance above which a crowd at the edge is none, shared among all edges. */
const significance = 0.01;
/** A range in plain numbers over so many times its lower end draws nearly all from its last decade. */
const decades = 2;

/** Ranges whose best values crowd at an end, and ranges that should be logarithmic. */
export function warningsOf(space: Space, trials: readonly Trial[]): Warning[] {
  const numeric = space.filter((parameter) => parameter.kind !== 'choice');
  return [...numeric.flatMap(linear), ...numeric.flatMap((parameter) => edges(parameter, trials, 2 * numeric.length))];
}

function linear(parameter: NumericParameter): Warning[] {
  const { name, kind, low, high, log } = parameter;
  if (log || kind === 'int' || low <= 0 || Math.log10(high / low) < decades) return [];
  const share = (high - high / 10) / (high - low);
  return [
    {
      kind: 'linear',
      parameter: name,
      words: `${name} is drawn evenly from ${said(parameter)}: ${percent(share, 0)} of the trials fall between ${short(high / 10)} and ${short(high)}. { "log": [${low}, ${high}] } draws as many from each decade`,
    },
  ];
}

/** The part of a range in which the way to its end is looked at, and the fewest trials there. */
const [near, fewestNear] = [1 / 3, 8];

/**
 * Whether better values may lie beyond an end: half of the best trials crowd in the outer twentieth of the range (the chance is that of so many there
 * if they were anywhere in it, binomial), or the very best lies there and the trials are the better the nearer they are to the end (Spearman's rank
 * correlation over the outer third). The chance is counted once for each end that is looked at (Bonferroni).
 */
function edges(parameter: NumericParameter, trials: readonly Trial[], looks: number): Warning[] {
  const { name } = parameter;
  const known = trials.filter(({ state, values }) => state === 'complete' && name in values);
  if (known.length < fewest) return [];
  const leaders = best(known, Math.max(3, Math.round(leading * known.length)));
  const [low, high] = boundsOf(parameter);
  return (['low', 'high'] as const).flatMap((side) => {
    if (isNatural(parameter, side)) return [];
    /** From 0 at the end to 1 at the other one. */
    const distance = ({ values }: Trial) => {
      const place = (toScale(parameter, values[name]) - low) / (high - low);
      return side === 'low' ? place : 1 - place;
    };
    // The last whole number may be more than a twentieth.
    const isOuter = (trial: Trial) => distance(trial) < outer || trial.values[name] === parameter[side];
    const crowd = leaders.filter(isOuter).length;
    const crowding =
      2 * crowd < leaders.length ? 1 : atLeast(crowd, leaders.length, Math.max(outer, 1 / countOf(parameter)));
    const onTheWay = known.filter((trial) => distance(trial) < near);
    const rising = isOuter(leaders[0])
      ? trendChance(
          onTheWay.map(distance),
          onTheWay.map(({ objectives }) => objectives![0]),
        )
      : 1;
    const chance = Math.min(1, looks * Math.min(crowding, rising));
    if (!(chance < significance)) return [];
    const range = wider(parameter, side);
    const end = `the ${side === 'low' ? 'lower' : 'upper'} end of ${said(parameter)}`;
    const seen =
      crowding <= rising
        ? `${crowd} of the best ${leaders.length} trials have ${name} at ${end}`
        : `the best trial has ${name} at ${end}, and trials are the better the nearer they are to it`;
    return [
      {
        kind: 'edge' as const,
        parameter: name,
        words: `${seen} (chance ${short(chance)}): better values may lie beyond, as in ${said(range)}`,
        chance,
        range,
      },
    ];
  });
}

/** How probable it is that values fall so clearly with the distance from an end by chance; the normal approximation of Spearman's test. */
function trendChance(distances: readonly number[], values: readonly number[]): number {
  const n = distances.length;
  if (n < fewestNear) return 1;
  const [x, y] = [ranksOf(distances), ranksOf(values)];
  const middle = (n - 1) / 2;
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + (value - middle) * (b[i] - middle), 0);
  const spread = Math.sqrt(product(x, x) * product(y, y));
  return spread > 0 ? 1 - normalCdf((product(x, y) / spread) * Math.sqrt(n - 1)) : 1;
}

/** Places in ascending order, from 0; equal ones share theirs. */
function ranksOf(values: readonly number[]): number[] {
  const ranks = new Array<number>(values.length);
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Ends behind which there is nothing: no share is below 0, no whole number below 1. */
const isNatural = ({ kind, low, high }: NumericParameter, side: 'low' | 'high'): boolean =>
  side === 'low' ? low === 0 || (kind === 'int' && low <= 1) : kind === 'float' && low >= 0 && high >= 0.9 && high <= 1;

/** Ten times as far in a logarithmic range, half as far again in another. */
function wider(parameter: NumericParameter, side: 'low' | 'high'): NumericParameter {
  const { kind, low, high, log, step } = parameter as NumericParameter & { step?: number };
  const reach = log ? Math.log(kind === 'int' ? 2 : 10) : (high - low) / 2;
  const whole = { ...parameter, low: log ? 1e-300 : Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const end = toScale(parameter, parameter[side]) + (side === 'low' ? -reach : reach);
  if (kind === 'float') {
    const moved = Number(fromScale(whole as NumericParameter, end).toPrecision(6));
    return { ...parameter, [side]: side === 'low' && low > 0 ? Math.max(moved, log ? moved : 0) : moved };
  }
  const value = log ? Math.exp(end) : end;
  const by = step ?? 1;
  const moved =
    side === 'low'
      ? Math.max(Math.min(1, low), low - by * Math.ceil((low - value) / by))
      : high + by * Math.ceil((value - high) / by);
  return { ...parameter, [side]: moved };
}

/** P(X ≥ count) of a binomial distribution. */
function atLeast(count: number, of: number, share: number): number {
  let [sum, term] = [0, (1 - share) ** of];
  for (let k = 0; k <= of; k++) {
    if (k >= count) sum += term;
    term *= ((of - k) / (k + 1)) * (share / (1 - share));
  }
  return sum;
}
