import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

export interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Facts {
  readonly parameters: number;
  readonly version: string;
  readonly threads: number;
}

/** A running program of the benchmark that waits to be told how many steps to do. */
export class Peer {
  readonly name: string;
  readonly facts: Facts;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(name: string, child: ChildProcess, lines: AsyncIterator<string>, facts: Facts) {
    this.name = name;
    this.child = child;
    this.lines = lines;
    this.facts = facts;
  }

  /** Starts a contestant; a text says why it cannot take part. */
  static async start({ name, command, args }: Contestant, patience: number): Promise<Peer | string> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const started = new Promise<string | undefined>((resolve) => child.on('error', () => resolve(undefined)));
    const reader: Interface = createInterface({ input: child.stdout! });
    const lines = reader[Symbol.asyncIterator]();
    const timeout = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience * 1000).unref());
    const first = await Promise.race([lines.next().then(({ value }) => value as string | undefined), timeout, started]);
    if (first === undefined) {
      child.kill('SIGKILL');
      return `no answer within ${patience} s`;
    }
    const facts = JSON.parse(first) as Facts & { ready: boolean; reason?: string };
    if (!facts.ready) return facts.reason ?? 'not ready';
    return new Peer(name, child, lines, facts);
  }

  /** Seconds that so many steps take. */
  async run(steps: number): Promise<number> {
    this.child.stdin!.write(`run ${steps}\n`);
    const { value } = await this.lines.next();
    return (JSON.parse(value as string) as { seconds: number }).seconds;
  }

  quit(): void {
    this.child.stdin!.write('quit\n');
    this.child.stdin!.end();
  }
}
