import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import type { OwnStep } from './ownSteps.ts';
import type { Fits } from './preprocessFits.ts';
import type { Programs } from './wholeProgram.ts';

export interface StepResult {
  readonly step: string;
  readonly threads: number;
  /** Median seconds a step, by contestant. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly absent: Readonly<Record<string, string>>;
  /** What the step is there to measure, and the seconds it adds to the same step without it, by contestant. */
  readonly technique?: { readonly is: string; readonly cost: Readonly<Record<string, number>> };
}

export interface Report {
  readonly machine: Machine;
  readonly results: readonly StepResult[];
  readonly own: readonly OwnStep[];
  readonly programs: Programs;
  readonly fits?: Fits;
}

const page = new URL('../docs/benchmarks.md', import.meta.url);
const marks = ['<!-- measured: start -->', '<!-- measured: end -->'];

/** Replaces the measured part of docs/benchmarks.md. */
export function writeReport(report: Report): void {
  const text = readFileSync(page, 'utf8');
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/benchmarks.md lost its marks ${marks.join(' and ')}`);
  writeFileSync(page, `${text.slice(0, start + marks[0].length)}\n\n${render(report)}\n\n${text.slice(end)}`);
}

function render({ machine, results, own, programs, fits }: Report): string {
  const plain = results.filter(({ technique }) => !technique);
  const reasons = [
    ...new Set(
      plain.flatMap(({ step, absent }) => Object.entries(absent).map(([peer, why]) => `- ${peer}, ${step}: ${why}`)),
    ),
  ];
  const details = table(
    ['step', 'compile, ms', 'Mflop a step', "share of the machine's matrix rate"],
    own.map((o) => [o.step, o.compile.toFixed(0), (o.flops / 1e6).toFixed(1), `${(100 * o.share).toFixed(0)} %`]),
  );
  const { digits, memory } = programs;
  return [
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}. A cell says how many times the peer's time is Wellfit's (medians, in turns).`,
    ratios(plain),
    ...(reasons.length > 0 ? ['Not measured (–):', reasons.join('\n')] : []),
    details,
    `Whole program, one epoch on digits from start to exit: Wellfit ${digits.wellfit.toFixed(2)} s${digits.pytorch ? `, PyTorch ${digits.pytorch.toFixed(2)} s (${(digits.pytorch / digits.wellfit).toFixed(1)}x)` : ''}.`,
    memory
      ? `Peak memory of one epoch on MNIST: ${memory.mnist.toFixed(0)} MB, ${(memory.mnist - memory.node).toFixed(0)} MB above a Node process that does nothing.`
      : 'Memory was not measured: WELLFIT_DATA has no mnist.',
    ...techniques(results.filter(({ technique }) => technique)),
    ...(fits ? preprocessing(fits) : []),
  ].join('\n\n');
}

/** The peers that were asked, in the order in which they were. */
const peersOf = (results: readonly StepResult[]): string[] =>
  [...new Set(results.flatMap(({ seconds, absent }) => [...Object.keys(seconds), ...Object.keys(absent)]))].filter(
    (name) => name !== 'wellfit',
  );

function ratios(results: readonly StepResult[], more: Columns = { head: [], cells: () => [] }): string {
  const peers = peersOf(results);
  const ratio = ({ seconds, absent }: StepResult, peer: string) =>
    seconds[peer] ? times(seconds[peer] / seconds.wellfit) : absent[peer] ? '–' : '';
  return table(
    ['step', 'threads', 'Wellfit, µs', ...peers, ...more.head],
    results.map((r) => [
      r.step,
      String(r.threads),
      micro(r.seconds.wellfit),
      ...peers.map((peer) => ratio(r, peer)),
      ...more.cells(r),
    ]),
  );
}

/** Further columns of a table of steps. */
interface Columns {
  readonly head: readonly string[];
  cells(result: StepResult): readonly string[];
}

function techniques(results: readonly StepResult[]): string[] {
  if (results.length === 0) return [];
  const all = ['wellfit', ...peersOf(results)];
  const costs = (r: StepResult, name: string) => {
    const cost = r.technique!.cost[name];
    return cost === undefined ? '' : micro(cost);
  };
  const meanings = new Map(results.map(({ step, technique }) => [step, `- \`${step}\`: ${technique!.is}`]));
  return [
    '## Techniques',
    'The last columns are what the technique alone costs: the step minus the same step without it, in µs, both measured in the same turns.',
    ratios(results, {
      head: all.map((name) => `alone, ${name === 'wellfit' ? 'Wellfit' : name}`),
      cells: (r) => all.map((name) => costs(r, name)),
    }),
    [...meanings.values()].join('\n'),
  ];
}

function preprocessing({ wellfit, numpy }: Fits): string[] {
  return [
    '## Fitting preprocessing',
    'Whitening and PCA of 10,000 images of 3x32x32, one thread; NumPy works in float64. In seconds; the last row is the peak memory of the whole process in MiB.',
    table(
      ['fit', 'Wellfit', ...(numpy ? ['NumPy'] : [])],
      [
        ...Object.entries(wellfit.seconds).map(([fit, s]) => [
          fit,
          s.toFixed(1),
          ...(numpy ? [numpy.seconds[fit].toFixed(1)] : []),
        ]),
        ['memory', String(wellfit.memory), ...(numpy ? [String(numpy.memory)] : [])],
      ],
    ),
  ];
}

const micro = (seconds: number): string => (seconds * 1e6).toFixed(0);

const times = (ratio: number): string => `${ratio < 100 ? ratio.toFixed(2) : Math.round(ratio)}x`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
