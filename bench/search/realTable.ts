import { percent, short } from '../../src/base/index.ts';
import type { Found } from './realOurs.ts';
import { mean, median } from './statistics.ts';

/** One search on both sides: Wellfit after as many trials as Optuna, and after as many seconds. */
export interface Searches {
  readonly data: string;
  readonly pruner: string;
  readonly way: string;
  readonly equal: Found;
  readonly all: Found;
  readonly theirs: Found;
}

/** When a search had found something as good; infinite where it never did. */
const secondsUntil = ({ trials }: Found, score: number): number =>
  trials.find(({ value }) => value !== null && value >= score)?.seconds ?? Number.POSITIVE_INFINITY;

const meanAndError = (list: readonly number[]): string => {
  const error = Math.sqrt(mean(list.map((x) => (x - mean(list)) ** 2)) / Math.max(1, list.length - 1));
  return `${percent(mean(list), 2)} ± ${(100 * error).toFixed(2)}`;
};

const cells = (head: readonly string[], rows: readonly (readonly string[])[], words: number): string =>
  [head, head.map((_, i) => (i < words ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** What each found; and how long Wellfit took until it was as good as Optuna was at its end. */
export function realTable(searches: readonly Searches[]): string {
  const groups = [...Map.groupBy(searches, ({ data, pruner }) => `${data} ${pruner}`).values()];
  const found = groups.flatMap((group) => {
    const [{ data, pruner }] = group;
    const row = (who: string, list: readonly Found[]) => {
      const sums = list.map(({ trials }) => trials.reduce((sum, { epochs }) => sum + epochs, 0));
      return [
        ...[data, pruner, who, String(list.length)],
        ...[
          median(list.map(({ trials }) => trials.length)),
          median(sums),
          median(list.map(({ seconds }) => seconds)),
        ].map((x) => short(x, 3)),
        ...[
          list.map(({ best }) => best),
          list.map(({ validation }) => mean(validation)),
          list.map(({ test }) => mean(test)),
        ].map(meanAndError),
      ];
    };
    const byWay = [...Map.groupBy(group, ({ way }) => way)];
    const [[, one]] = byWay;
    return [
      row(
        'Optuna, PyTorch',
        one.map(({ theirs }) => theirs),
      ),
      ...byWay.flatMap(([way, list]) => [
        row(
          `Wellfit ${way}, as many trials`,
          list.map(({ equal }) => equal),
        ),
        row(
          `Wellfit ${way}, as many seconds`,
          list.map(({ all }) => all),
        ),
      ]),
    ];
  });
  const speed = [...Map.groupBy(searches, ({ data, pruner, way }) => `${data} ${pruner} ${way}`).values()].map(
    (list) => {
      const [{ data, pruner, way }] = list;
      const ours = list.map(({ all, theirs }) => secondsUntil(all, theirs.best));
      const theirs = list.map(({ theirs }) => secondsUntil(theirs, theirs.best));
      const whole = list.map(({ theirs }) => theirs.seconds);
      const ratio = (to: readonly number[]) => `${short(median(to.map((seconds, i) => seconds / ours[i])), 3)}x`;
      return [
        ...[data, pruner, way, `${ours.filter(Number.isFinite).length} of ${list.length}`],
        ...[median(ours), median(theirs), median(whole)].map((seconds) =>
          Number.isFinite(seconds) ? short(seconds, 3) : 'not reached',
        ),
        ...[ratio(theirs), ratio(whole)],
      ];
    },
  );
  return [
    cells(['data', 'pruner', 'who', 'seeds', 'trials', 'epochs', 's', 'best validation', 'again', 'test'], found, 3),
    'Seconds until the validation accuracy was what Optuna had at its end (medians over seeds):',
    cells(
      [
        'data',
        'pruner',
        'way',
        'reached',
        'Wellfit',
        'Optuna, first',
        'Optuna, all trials',
        'first : Wellfit',
        'all : Wellfit',
      ],
      speed,
      3,
    ),
  ].join('\n\n');
}
