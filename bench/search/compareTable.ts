import { short } from '../../src/base/index.ts';
import { checkpoints, type Who } from './contest.ts';
import { holm, median, pairedTest, quantile } from './statistics.ts';

/** The least regret of one search after each checkpoint. */
export interface Result {
  readonly regret: Readonly<Record<string, number>>;
}

export interface Side {
  readonly who: Who;
  readonly sampler: string;
}

/** Two that are compared seed by seed. */
export interface Pair {
  readonly ours: Side;
  readonly other: Side;
}

/** Everything that was measured of a side on a function, by seed. */
export type Find = (side: Side, name: string) => ReadonlyMap<number, Result>;

const names: Readonly<Record<Who, string>> = { wellfit: 'Wellfit', optuna: 'Optuna' };
export const nameOf = ({ who, sampler }: Side): string => `${names[who]} ${sampler}`;

/** Below this nobody cares, and logarithms would. */
const least = 1e-9;
const level = 0.05;

/** A pair on a function. */
interface Row {
  readonly pair: Pair;
  readonly name: string;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly p: number;
}

type Verdict = 'better' | 'no difference' | 'worse';

function rowsOf(pairs: readonly Pair[], functions: readonly string[], find: Find): Row[] {
  return pairs.flatMap((pair) =>
    functions.flatMap((name) => {
      const [ours, other] = [find(pair.ours, name), find(pair.other, name)];
      const seeds = [...ours.keys()].filter((seed) => other.has(seed));
      if (seeds.length === 0) return [];
      const last = ({ regret }: Result) => Math.max(least, regret[checkpoints.findLast((at) => at in regret)!]);
      const [a, b] = [ours, other].map((side) => seeds.map((seed) => last(side.get(seed)!)));
      const p = pairedTest(a.map((x, i) => Math.log10(x) - Math.log10(b[i])));
      return [{ pair, name, a, b, p }];
    }),
  );
}

const spread = (list: readonly number[]): string =>
  `${short(median(list), 3)} [${short(quantile(list, 0.25), 2)} – ${short(quantile(list, 0.75), 2)}]`;

const pWords = (p: number): string => (p < 0.001 ? '< 0.001' : short(p, 2));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i < 2 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Who found what, and whether the difference is more than chance. */
export function comparison(pairs: readonly Pair[], functions: readonly string[], find: Find): string {
  const rows = rowsOf(pairs, functions, find);
  // Every pair is a question of its own, asked on several functions.
  const clear = pairs.flatMap((pair) =>
    holm(
      rows.filter((row) => row.pair === pair).map(({ p }) => p),
      level,
    ),
  );
  const verdicts = rows.map(({ a, b }, i): Verdict => {
    if (!clear[i]) return 'no difference';
    return median(a.map((x, k) => Math.log10(x) - Math.log10(b[k]))) < 0 ? 'better' : 'worse';
  });
  const summary = pairs.flatMap((pair) => {
    const mine = rows.flatMap((row, i) => (row.pair === pair ? [{ ...row, verdict: verdicts[i] }] : []));
    if (mine.length === 0) return [];
    const count = (verdict: Verdict) => String(mine.filter((row) => row.verdict === verdict).length);
    const logs = mine.map(({ a, b }) => Math.log10(median(a)) - Math.log10(median(b)));
    const seeds = mine.map(({ a }) => a.length);
    const range = [...new Set([Math.min(...seeds), Math.max(...seeds)])].join(' to ');
    const ratio = 10 ** (logs.reduce((sum, x) => sum + x, 0) / logs.length);
    return [
      [
        ...[nameOf(pair.ours), nameOf(pair.other), range],
        ...[count('better'), count('no difference'), count('worse'), short(ratio, 2)],
      ],
    ];
  });
  const details = rows.map(({ pair, name, a, b, p }, i) => [
    ...[`${nameOf(pair.ours)}, ${nameOf(pair.other)}`, name],
    ...[String(a.length), spread(a), spread(b), pWords(p), verdicts[i]],
  ]);
  const head = ['ours', 'against', 'seeds', 'ours better', 'no difference', 'ours worse', 'regret, ours : theirs'];
  return [table(head, summary), table(['pair', 'function', 'seeds', 'ours', 'theirs', 'p', 'ours is'], details)].join(
    '\n\n',
  );
}

/** The way down: medians after so many trials. */
export function course(sides: readonly Side[], functions: readonly string[], find: Find): string {
  const rows = functions.flatMap((name) =>
    sides.flatMap((side) => {
      const found = [...find(side, name).values()];
      if (found.length === 0) return [];
      const at = (checkpoint: number) => found.flatMap(({ regret }) => regret[checkpoint] ?? []);
      const cells = checkpoints.map((checkpoint) =>
        at(checkpoint).length > 0 ? short(median(at(checkpoint)), 3) : '',
      );
      return [[name, nameOf(side), String(found.length), ...cells]];
    }),
  );
  return table(['function', 'sampler', 'seeds', ...checkpoints.map(String)], rows);
}

export interface Speed {
  readonly side: Side;
  readonly name: string;
  /** Milliseconds of each suggestion of a study, in their order. */
  readonly asks: readonly number[];
}

/** What a suggestion costs. */
export const speedTable = (speeds: readonly Speed[]): string =>
  table(
    ['function', 'sampler', 'median', 'the last 20', 'slowest', 'all together, s'],
    speeds.map(({ side, name, asks }) => [
      ...[name, nameOf(side)],
      ...[median(asks), median(asks.slice(-20)), Math.max(...asks)].map((ms) => short(ms, 2)),
      short(asks.reduce((sum, ms) => sum + ms, 0) / 1000, 3),
    ]),
  );
