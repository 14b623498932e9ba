import { isAccepted, isExact, isLocated, type Judged, median, type Score, type Share } from './score.ts';

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');

const percent = (x: number): string => (Number.isNaN(x) ? '' : `${(100 * x).toFixed(1)} %`);
const shareWords = ({ count, of, interval }: Share): string =>
  of === 0 ? '' : `${count}/${of} = ${percent(count / of)} (${percent(interval.low)} … ${percent(interval.high)})`;

/** Every tool in a row; intervals are Wilson's, at 95 %. */
export const scoreTable = (scores: Readonly<Record<string, Score>>): string =>
  table(
    [
      'tool',
      'false alarms',
      'detected',
      'cause, exact',
      'cause, accepted',
      'cause among all said',
      'layer named',
      'first alarm, update',
      'share of the run',
    ],
    Object.entries(scores).map(([tool, s]) => [
      tool,
      ...[s.falseAlarms, s.detected, s.exact, s.accepted, s.among, s.located].map(shareWords),
      s.firstAlarm,
      percent(s.firstShare),
    ]),
  );

/** Every case in a row, as one tool sees it. */
export function caseTable(judged: readonly Judged[]): string {
  const cases = Map.groupBy(judged, ({ one }) => one);
  const rows = [...cases].map(([one, runs]) => {
    const count = (holds: (run: Judged) => boolean) => `${runs.filter(holds).length}/${runs.length}`;
    const faulty = one.kind === 'fault';
    const firsts = runs.flatMap(({ said }) => said.first ?? []);
    return [
      one.name,
      one.expect[0] ?? '(healthy)',
      count(({ said }) => said.first !== undefined),
      faulty ? count(isExact) : '',
      faulty ? count(isAccepted) : '',
      one.layer ? count(isLocated) : '',
      firsts.length > 0 ? median(firsts) : '',
      mostSaid(runs),
    ];
  });
  return table(['case', 'expected', 'alarmed', 'exact', 'accepted', 'layer', 'first', 'said'], rows);
}

/** What was said, the most frequent first, with the number of runs. */
function mostSaid(runs: readonly Judged[]): string {
  const said = Map.groupBy(
    runs.map(({ said }) => said.words.join(' > ')).filter((words) => words !== ''),
    (words) => words,
  );
  return [...said]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([words, times]) => `${times.length}x ${words}`)
    .join('; ');
}
