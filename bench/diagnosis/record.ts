// Trains cases of the suite and writes what was seen of them: node bench/diagnosis/record.ts --out folder [--seeds 0-3] [--cases C0,M0] [--kind healthy] [--half heldOut]

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Historian, type History } from '../../src/doctor/index.ts';
import { type EpochRecord, onnxRuntimeEngine, train } from '../../src/index.ts';
import { decode, encode } from '../../src/runs/index.ts';
import type { Case } from './case.ts';
import { type Half, halves, suite } from './suite.ts';

/** One training of a case: what was seen of it, and how it ended. */
export interface Recorded {
  readonly case: string;
  readonly kind: Case['kind'];
  readonly base: string;
  readonly seed: number;
  /** Of the weights that were kept, and of those at the very end; absent where no epoch was completed. */
  readonly kept?: EpochRecord;
  readonly last?: EpochRecord;
  /** Wall clock of the training. */
  readonly seconds: number;
  readonly history: History;
}

/** Trains a case once and keeps what was seen. */
export async function record({ name, kind, base, experiment }: Case, seed: number): Promise<Recorded> {
  const historian = new Historian();
  const asked = await experiment(seed);
  const start = performance.now();
  const run = await train(asked, {
    engine: onnxRuntimeEngine({ threads: 1 }),
    onEvent: (event) => historian.observe(event),
  });
  return {
    ...{ case: name, kind, base, seed },
    kept: run.best,
    last: run.epochs.at(-1),
    seconds: (performance.now() - start) / 1000,
    history: historian.history!,
  };
}

/** Reads what `record` has seen; NaN and infinities come back as they were. */
export const readHistory = (path: string): Recorded => decode(readFileSync(path, 'utf8')) as Recorded;

/** All that lies in a folder, healthy ones first, in the order of the suite. */
export function readHistories(folder: string): Recorded[] {
  const order = new Map(suite.map(({ name }, i) => [name, i]));
  const place = ({ case: name, seed }: Recorded) => 1000 * (order.get(name) ?? order.size) + seed;
  return readdirSync(folder)
    .filter((file) => /-\d+\.json$/.test(file))
    .map((file) => readHistory(join(folder, file)))
    .sort((a, b) => place(a) - place(b));
}

/** "0-3,8" as numbers. */
export const readSeeds = (text: string): number[] =>
  text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });

/** The cases asked for by name, or by kind and half. */
export function chosenCases({
  cases: names,
  kind,
  half,
}: Readonly<Partial<Record<'cases' | 'kind' | 'half', string>>>): Case[] {
  const wanted = names?.split(',');
  const unknown = wanted?.find((name) => !suite.some((one) => one.name === name));
  if (unknown) throw new Error(`no case is called "${unknown}"`);
  const within: readonly Case[] = wanted || half === undefined || half === 'all' ? suite : halves[half as Half];
  if (!within) throw new Error(`there is no half "${half}": ${Object.keys(halves).join(', ')} or all`);
  return within.filter((one) => (wanted?.includes(one.name) ?? true) && (kind ?? one.kind) === one.kind);
}

const readme = `One file for each case and seed: <case>-<seed>.json. Read one with

    import { readHistory } from './bench/diagnosis/record.ts';
    const { case: name, kind, history, kept, last, seconds } = readHistory(path);

history is a History of src/doctor; plain JSON.parse leaves {"$":"NaN"} where a number is NaN or infinite. kept: the epoch whose weights were kept;
last: the last epoch. manifest.json lists all of them with what the case is, and which rules are expected.
Make them again with: node bench/diagnosis/record.ts --out <this folder> [--seeds 0-3] [--cases C0,M0] [--kind healthy] [--half heldOut] [--missing]
`;

/** What lies in the folder, without the histories. */
function writeManifest(folder: string): void {
  const entries = readHistories(folder).map(({ history, ...facts }) => {
    const one = suite.find(({ name }) => name === facts.case);
    return { ...facts, stopped: history.stopped?.ending, what: one?.what, expect: one?.expect };
  });
  writeFileSync(join(folder, 'manifest.json'), `[\n${entries.map(encode).join(',\n')}\n]\n`);
  writeFileSync(join(folder, 'README'), readme);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seeds: { type: 'string', default: '0-3' },
      cases: { type: 'string' },
      kind: { type: 'string' },
      half: { type: 'string', default: 'development' },
      missing: { type: 'boolean', default: false },
    },
  });
  if (!values.out) throw new Error('say where to, as in --out histories');
  mkdirSync(values.out, { recursive: true });
  for (const seed of readSeeds(values.seeds))
    for (const one of chosenCases(values)) {
      const path = join(values.out, `${one.name}-${seed}.json`);
      if (values.missing && existsSync(path)) continue;
      const recorded = await record(one, seed);
      writeFileSync(path, encode(recorded));
      console.log(summaryOf(recorded));
    }
  writeManifest(values.out);
}

function summaryOf({ case: name, seed, seconds, kept, history }: Recorded): string {
  const { validation } = kept ?? {};
  const measured = validation
    ? `loss ${validation.loss.toPrecision(3)}, ${validation.metric.toPrecision(3)}`
    : 'nothing kept';
  const { losses, signals, stopped } = history;
  return `${name}-${seed}: ${seconds.toFixed(1)} s, ${losses.length} updates, ${signals.length} looks, ${stopped?.ending}, ${measured}`;
}

if (import.meta.main) await main();
