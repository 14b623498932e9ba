import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '../machine.ts';
import { isMended, isWorse, type Mended, proofScore, repairScore, ways } from './repairScore.ts';
import { isAccepted, type Judged, score } from './score.ts';
import type { Case } from './suite.ts';
import { caseTable, mendedTable, proofWords, repairTable, scoreTable } from './table.ts';

/** What was measured of one half of the suite. */
export interface Half {
  readonly name: string;
  /** By tool. */
  readonly said: Readonly<Record<string, readonly Judged[]>>;
  readonly mended: readonly Mended[];
}

const scoresOf = <T, S>(of: Readonly<Record<string, T>>, how: (one: T) => S): Record<string, S> =>
  Object.fromEntries(Object.entries(of).map(([name, one]) => [name, how(one)]));

/** The scores of a half. */
export function summary({ name, said, mended }: Half): string {
  const cases = [...new Set((said.Wellfit ?? []).map(({ one }) => one))];
  const count = (kind: Case['kind']) => cases.filter((one) => one.kind === kind).length;
  const parts = [`### ${name}`];
  if (cases.length > 0)
    parts.push(
      `${count('healthy')} healthy cases and ${count('fault')} faults, seeds ${seedsOf(said.Wellfit)}.`,
      scoreTable(scoresOf(said, score)),
    );
  if (mended.length > 0) {
    const beyond = new Set(mended.flatMap(({ one }) => (one.beyondRepair ? [one] : [])));
    const faults = new Set(mended.map(({ one }) => one));
    parts.push(
      `Proof and repair: ${faults.size} faults, ${beyond.size} of which no setting can mend, seeds ${seedsOf(mended)}. ${proofWords(proofScore(mended))}`,
      repairTable(scoresOf(ways, (of) => repairScore(mended, of))),
    );
  }
  const failures = failuresOf(said.Wellfit ?? [], mended);
  if (failures.length > 0) parts.push(`Where Wellfit fails:`, failures.map((line) => `- ${line}`).join('\n'));
  return parts.join('\n\n');
}

/** Every case of a half. */
export const details = ({ said, mended }: Half): string =>
  [...(said.Wellfit ? [caseTable(said.Wellfit)] : []), ...(mended.length > 0 ? [mendedTable(mended)] : [])].join(
    '\n\n',
  );

const seedsOf = (all: readonly { readonly seed: number }[]): string =>
  [...new Set(all.map(({ seed }) => seed))].toSorted((a, b) => a - b).join(', ');

function failuresOf(judged: readonly Judged[], mended: readonly Mended[]): string[] {
  const list = <T extends { readonly one: Case }>(what: string, failed: readonly T[], more: (one: T) => string) => {
    const lines = [...Map.groupBy(failed, ({ one }) => one.name)].map(
      ([name, runs]) =>
        `\`${name}\` ${runs.length}x${[...new Set(runs.map(more))]
          .filter(Boolean)
          .map((words) => `, ${words}`)
          .join('')}`,
    );
    return lines.length > 0 ? [`${what}: ${lines.join('; ')}`] : [];
  };
  const [healthy, faulty] = (['healthy', 'fault'] as const).map((kind) =>
    judged.filter(({ one }) => one.kind === kind),
  );
  const none = () => '';
  const alarmed = ({ said }: Judged) => said.first !== undefined;
  const mendable = mended.filter(({ one }) => !one.beyondRepair);
  return [
    ...list('false alarms', healthy.filter(alarmed), ({ said }) => said.words.join(' > ')),
    ...list(
      'not detected',
      faulty.filter((run) => !alarmed(run)),
      none,
    ),
    ...list(
      'another cause',
      faulty.filter((run) => alarmed(run) && !isAccepted(run)),
      ({ said }) => said.root[0] ?? 'none at the end',
    ),
    ...list(
      'not mended',
      mendable.filter((run) => !isMended(run, run.ours)),
      none,
    ),
    ...list(
      'made worse',
      mended.filter((run) => isWorse(run, run.ours)),
      ({ original, ours }) => `${original.toFixed(3)} -> ${ours.outcome.toFixed(3)}`,
    ),
  ];
}

const page = new URL('../../docs/benchmarks.md', import.meta.url);
const marks = ['<!-- diagnosis: start -->', '<!-- diagnosis: end -->'];

/** Replaces the measured part of docs/benchmarks.md. */
export function writeReport(measured: readonly Half[], { cpu, cores, memoryGB, system, node, date }: Machine): void {
  const text = readFileSync(page, 'utf8');
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/benchmarks.md lost its marks ${marks.join(' and ')}`);
  const where = `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}.`;
  const report = [where, ...measured.map(summary)].join('\n\n');
  writeFileSync(page, `${text.slice(0, start + marks[0].length)}\n\n${report}\n\n${text.slice(end)}`);
}
