import { WellfitError } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { Doctor, type Examination, examineOn, type Finding, isGrave, quickChecks } from '../doctor/index.ts';
import type { Engine } from '../engine/index.ts';
import type { EnsembleRun } from '../ensemble/index.ts';
import type { TrainEvent } from '../train/index.ts';
import type { Io } from './command.ts';
import type { Recorder } from './recorder.ts';
import { examinationLines, findingLine } from './terminal/findings.ts';

/** Who looks after a training: shows it, records it, and says what is wrong. */
export interface Attendance {
  readonly onEvent: (event: TrainEvent) => void;
  /** What was found before the training and in it. */
  findings(): readonly Finding[];
  /** What was told of, and is found no more at the end. */
  over(): readonly string[];
  /** Looks for the cause of what was found, and tries to mend it. */
  repair(run: EnsembleRun): Promise<Examination | undefined>;
}

interface Parts {
  readonly dataset: Dataset;
  readonly experiment: Record<string, unknown>;
  readonly engine: Engine;
  readonly recorder: Recorder;
  readonly report: (event: TrainEvent) => void;
  /** Whether data, structure and first weights are looked at first. */
  readonly check: boolean;
}

/** Begins with what can be known before the first update. */
export async function attend(
  { dataset, experiment, engine, recorder, report, check }: Parts,
  io: Io,
): Promise<Attendance> {
  const doctor = new Doctor();
  const told = new Set<string>();
  const say = (finding: Finding) => {
    recorder.finding(finding);
    if (!isGrave(finding)) return;
    told.add(finding.rule);
    io.redraw('');
    io.say(findingLine(finding));
  };
  const before = check ? await firstLook(dataset, experiment, engine, io) : [];
  for (const finding of before) say(finding);
  const onEvent = (event: TrainEvent) => {
    report(event);
    recorder.onEvent(event);
    for (const finding of doctor.observe(event)) say(finding);
    if (event.kind === 'end' && doctor.failure)
      io.say(`note: a rule of the doctor failed, which changes nothing of the training: ${doctor.failure}`);
  };
  const findings = (): readonly Finding[] => {
    const inside = doctor.findings;
    const known = new Set(inside.map(({ rule }) => rule));
    const first = before.filter(({ rule }) => !known.has(rule));
    const wrong = inside.some(isGrave);
    // What a training got over was no cause; where it did not, what was seen in it says more.
    const settled = first.map(
      (finding): Finding => ({ ...finding, rootCause: false, ...(!wrong && { severity: 'info' }) }),
    );
    return [...inside, ...settled];
  };
  return {
    onEvent,
    findings,
    over() {
      const open = new Set(findings().flatMap((finding) => (isGrave(finding) ? [finding.rule] : [])));
      return [...told].filter((rule) => !open.has(rule));
    },
    async repair(run) {
      const { history } = doctor;
      const wrong = findings().some(isGrave);
      if (!history || !wrong || io.signal.aborted) return undefined;
      const again = (event: TrainEvent) => {
        if (event.kind === 'start') io.say('\ntraining again with what helped');
        report(event);
      };
      const examined = await examineOn(dataset, experiment, {
        ...{ engine, signal: io.signal, history, run, repair: true, onEvent: again },
      });
      io.redraw('');
      for (const line of ['', ...examinationLines(examined)]) io.say(line);
      for (const finding of examined.findings) recorder.finding(finding);
      // The record of a run is that of its model.
      for (const event of examined.events ?? []) recorder.onEvent(event);
      return examined;
    },
  };
}

/** The quick checks; where they cannot be made, training says why better. */
async function firstLook(
  dataset: Dataset,
  experiment: Record<string, unknown>,
  engine: Engine,
  io: Io,
): Promise<readonly Finding[]> {
  try {
    return (await quickChecks(dataset, experiment, { engine, signal: io.signal })).findings;
  } catch (error) {
    if (error instanceof WellfitError) return [];
    throw error;
  }
}
