import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import type { OwnStep } from './ownSteps.ts';
import type { Programs } from './wholeProgram.ts';

export interface StepResult {
  readonly step: string;
  readonly threads: number;
  /** Median seconds a step, by contestant. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly absent: Readonly<Record<string, string>>;
}

export interface Report {
  readonly machine: Machine;
  readonly results: readonly StepResult[];
  readonly own: readonly OwnStep[];
  readonly programs: Programs;
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

function render({ machine, results, own, programs }: Report): string {
  const peers = [
    ...new Set(results.flatMap(({ seconds, absent }) => [...Object.keys(seconds), ...Object.keys(absent)])),
  ].filter((name) => name !== 'wellfit');
  const ratio = ({ seconds, absent }: StepResult, peer: string) =>
    seconds[peer] ? times(seconds[peer] / seconds.wellfit) : absent[peer] ? '–' : '';
  const steps = table(
    ['step', 'threads', 'Wellfit, µs', ...peers],
    results.map((r) => [
      r.step,
      String(r.threads),
      (r.seconds.wellfit * 1e6).toFixed(0),
      ...peers.map((peer) => ratio(r, peer)),
    ]),
  );
  const reasons = [
    ...new Set(
      results.flatMap(({ step, absent }) => Object.entries(absent).map(([peer, why]) => `- ${peer}, ${step}: ${why}`)),
    ),
  ];
  const details = table(
    ['step', 'compile, ms', 'Mflop a step', "share of the machine's matrix rate"],
    own.map((o) => [o.step, o.compile.toFixed(0), (o.flops / 1e6).toFixed(1), `${(100 * o.share).toFixed(0)} %`]),
  );
  const { digits, memory } = programs;
  return [
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}. A cell says how many times the peer's time is Wellfit's (medians, in turns).`,
    steps,
    ...(reasons.length > 0 ? ['Not measured (–):', reasons.join('\n')] : []),
    details,
    `Whole program, one epoch on digits from start to exit: Wellfit ${digits.wellfit.toFixed(2)} s${digits.pytorch ? `, PyTorch ${digits.pytorch.toFixed(2)} s (${(digits.pytorch / digits.wellfit).toFixed(1)}x)` : ''}.`,
    memory
      ? `Peak memory of one epoch on MNIST: ${memory.mnist.toFixed(0)} MB, ${(memory.mnist - memory.node).toFixed(0)} MB above a Node process that does nothing.`
      : 'Memory was not measured: WELLFIT_DATA has no mnist.',
  ].join('\n\n');
}

const times = (ratio: number): string => `${ratio < 100 ? ratio.toFixed(2) : Math.round(ratio)}x`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
