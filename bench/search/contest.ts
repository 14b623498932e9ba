import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One search on a function. */
export interface Task {
  readonly who: Who;
  readonly function: string;
  readonly sampler: string;
  readonly seed: number;
  readonly trials: number;
}

export type Who = 'wellfit' | 'optuna';

export interface Answer {
  /** The least regret after each of the checkpoints. */
  readonly regret: Readonly<Record<string, number>>;
  /** Milliseconds of each suggestion, without the function. */
  readonly asks: readonly number[];
}

/** Trials after which the regret is written down. */
export const checkpoints = [20, 50, 100, 200];

/** What both sides are asked. */
type Question = Omit<Task, 'who'> & { readonly checkpoints: readonly number[] };

const here = (file: string) => new URL(file, import.meta.url).pathname;

/** A program that answers one line with one line: ours.ts or optuna_peer.py. */
export class Peer {
  private readonly lines: AsyncIterator<string>;
  private readonly write: (line: string) => void;
  readonly quit: () => void;

  constructor(who: Who, python: string) {
    const [command, file] = who === 'wellfit' ? [process.execPath, 'ours.ts'] : [python, 'optuna_peer.py'];
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
    const child = spawn(command, [here(file)], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.write = (line) => child.stdin.write(`${line}\n`);
    this.quit = () => child.stdin.end();
  }

  async ask<T = Answer>(question: object): Promise<T> {
    this.write(JSON.stringify(question));
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`no answer to ${JSON.stringify(question)}`);
    return JSON.parse(value) as T;
  }
}

const question = ({ who: _, ...task }: Task): Question => ({ ...task, checkpoints });

/** Answers of all tasks in their order, so many at a time; a program for each side in each lane. */
export async function run(
  tasks: readonly Task[],
  {
    python,
    lanes,
    onDone = () => {},
  }: { python: string; lanes: number; onDone?: (done: number, task: Task, answer: Answer) => void },
): Promise<Answer[]> {
  const answers = new Array<Answer>(tasks.length);
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    const peers: Partial<Record<Who, Peer>> = {};
    for (let i = next++; i < tasks.length; i = next++) {
      const { who } = tasks[i];
      peers[who] ??= new Peer(who, python);
      answers[i] = await peers[who].ask(question(tasks[i]));
      onDone(++done, tasks[i], answers[i]);
    }
    for (const peer of Object.values(peers)) peer.quit();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}
