import { WellfitError } from '../../src/base/index.ts';
import { type Finding, quickChecks } from '../../src/doctor/index.ts';
import { onnxRuntimeEngine } from '../../src/index.ts';
import { baselines } from './baselines/index.ts';
import { takenApart } from './case.ts';
import { readHistory, record } from './record.ts';
import { type Repaired, repair } from './repair.ts';
import { ours, type Said, theirs } from './score.ts';
import { type Case, suite } from './suite.ts';

/** A run of a case that is to be looked at, or repaired. */
export interface Task {
  readonly name: string;
  readonly seed: number;
  /** Where it was recorded; without it, it is trained. */
  readonly file?: string;
  readonly repair?: boolean;
}

/** What came of it. */
export interface Measured {
  readonly name: string;
  readonly seed: number;
  readonly updates: number;
  /** By tool. */
  readonly said: Readonly<Record<string, Said>>;
}

export type Answer = Measured | ({ readonly name: string; readonly seed: number } & Repaired);

export async function measure({ name, seed, file, repair: mend = false }: Task): Promise<Answer> {
  const one = suite.find((each) => each.name === name)!;
  if (mend) return { name, seed, ...(await repair(one, seed)) };
  const { history } = file ? readHistory(file) : await record(one, seed);
  const said = {
    Wellfit: ours(history, await firstLook(one, seed)),
    ...Object.fromEntries(baselines.map((tool) => [tool.name, theirs(tool, history)])),
  };
  return { name, seed, updates: history.losses.length, said };
}

/** What `wellfit train` says before the first update; where it cannot look, training says why better. */
async function firstLook(one: Case, seed: number): Promise<readonly Finding[]> {
  const [dataset, experiment] = takenApart(await one.experiment(seed));
  try {
    return (await quickChecks(dataset, experiment, { engine: onnxRuntimeEngine({ threads: 1 }) })).findings;
  } catch (error) {
    if (error instanceof WellfitError) return [];
    throw error;
  }
}
