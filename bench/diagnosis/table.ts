import { isMended, isWorse, type Mended, type ProofScore, type RepairScore } from './repairScore.ts';
import { isAccepted, isExact, isLocated, type Judged, median, type Score, type Share } from './score.ts';

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');

const number = (x: number, digits: number): string => (Number.isNaN(x) ? '' : x.toFixed(digits));
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
      'still at the end',
      'cause, exact',
      'cause, accepted',
      'cause among all said',
      'layer named',
      'first alarm, update',
      'share of the run',
    ],
    Object.entries(scores).map(([tool, s]) => [
      tool,
      ...[s.falseAlarms, s.detected, s.standing, s.exact, s.accepted, s.among, s.located].map(shareWords),
      number(s.firstAlarm, 0),
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

/** Every way of repairing in a row. */
export const repairTable = (scores: Readonly<Record<string, RepairScore>>): string =>
  table(
    [
      '',
      'as good as clean',
      'gain',
      'kept',
      'worse than before',
      'epochs, trainings',
      'most',
      'over budget',
      'seconds, trainings',
    ],
    Object.entries(scores).map(([way, s]) => [
      way,
      shareWords(s.mended),
      number(s.gain, 3),
      ...[s.kept, s.worse].map(({ count, of }) => `${count}/${of}`),
      number(s.epochs, 2),
      number(s.mostEpochs, 2),
      `${s.over.count}/${s.over.of}`,
      number(s.seconds, 2),
    ]),
  );

export const proofWords = ({ accepted, located, proved, seeds }: ProofScore): string =>
  `Cause after the proof, accepted: ${shareWords(accepted)}; layer named: ${shareWords(located)}. Proved: ${shareWords(proved)}, with ${number(seeds, 0)} seeds in the median.`;

/** Every fault in a row. */
export function mendedTable(all: readonly Mended[]): string {
  const rows = [...Map.groupBy(all, ({ one }) => one)].map(([one, runs]) => {
    const mean = (of: (mended: Mended) => number) =>
      number(runs.reduce((sum, run) => sum + of(run), 0) / runs.length, 3);
    const count = (holds: (run: Mended) => boolean) => `${runs.filter(holds).length}/${runs.length}`;
    const done = runs.map(({ ours }) => `${ours.kept ? '' : 'not kept: '}${ours.what.join(', ')}`);
    return [
      one.name,
      one.beyondRepair ? 'no' : 'yes',
      ...[
        mean((run) => run.clean),
        mean((run) => run.original),
        mean((run) => run.ours.outcome),
        mean((run) => run.random.outcome),
      ],
      ...[count((run) => isMended(run, run.ours)), count((run) => isMended(run, run.random))],
      count((run) => isWorse(run, run.ours)),
      runs.map(({ root, seeds }) => `${root ?? 'nothing'}${seeds ? ` (${seeds})` : ''}`).join('; '),
      done.filter((words) => words !== 'not kept: ').join('; '),
    ];
  });
  return table(
    [
      'fault',
      'mendable',
      'clean',
      'faulty',
      'Wellfit',
      'random',
      'mended',
      'by random',
      'worse',
      'cause (seeds of its proof)',
      'changed',
    ],
    rows,
  );
}
