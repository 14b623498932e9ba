import { drawAugment } from '../../data/index.ts';
import type { Engine, Memory, Program, Tensors } from '../../engine/index.ts';
import { Reader, type Signals } from '../../monitor/index.ts';
import { lookGraph, traceGraph } from './look.ts';
import { maskKeys } from './mask.ts';
import type { Network } from './network.ts';
import type { Numbers } from './numbers.ts';
import { type StepGraph, trainingGraph } from './step.ts';

interface Compiled extends StepGraph {
  readonly program: Program;
}

/** Where in a step a number was first no number: the operator, and the layer (or part of it) whose operator it is. */
export interface Origin {
  readonly operator: string;
  readonly scope: string;
}

/** Steps in one program, the most worthwhile number first; more would only cost compile time. */
const stepCounts = [16, 4];
/** What is taken for granted to be saved, until it is measured: more is not, and a program of so many steps takes so many times as long to compile. */
const saving = 0.25;
/** Seconds that one call may take, so that progress is seen and an interruption is heard. */
const longestCall = 0.1;

/**
 * Runs updates over batches. One program for each batch size and number of steps, compiled when first needed and kept.
 * How many steps go into one call is measured on the run itself; it changes the speed, never a bit of the result.
 */
export class Trainer {
  private readonly programs = new Map<string, Promise<Compiled>>();
  /** What looks into a step without making it, by batch size. */
  private readonly looking = new Map<number, Promise<{ step: StepGraph; program: Program; reader: Reader }>>();
  private readonly engine: Engine;
  private readonly memory: Memory;
  private readonly network: Network;
  private readonly seed: number;
  /** Updates completed. */
  update = 0;
  private steps = 1;
  private settled = false;
  private readonly timings: number[] = [];
  /** Seconds a step, one step a call. */
  private single = 0;
  private compileSeconds = 0;

  constructor(engine: Engine, memory: Memory, network: Network, seed: number) {
    this.engine = engine;
    this.memory = memory;
    this.network = network;
    this.seed = seed;
  }

  /** How many full batches the next call should bring, of those left in the epoch. */
  stepsFor(batchesLeft: number): number {
    return this.steps <= batchesLeft ? this.steps : 1;
  }

  /** Trains on `count` batches of equal size that lie one after the other; returns each step's loss, and metric where it is a mean over rows. */
  async run(
    rows: Int32Array,
    count: number,
    numbers: Numbers,
  ): Promise<{ loss: ArrayLike<number>; metric?: ArrayLike<number>; rates: readonly number[] }> {
    const compiled = await this.compiled(rows.length / count, count);
    const fed = Array.from({ length: count }, (_, step) => numbers(this.update + step + 1));
    const { loss, metric } = await compiled.program.run(this.memory, this.feeds(compiled, rows, fed));
    this.update += count;
    return { loss: loss.data, metric: metric?.data, rates: fed.map(({ lr }) => lr) };
  }

  /** What the next update, on these rows, looks like from inside; changes nothing. */
  async look(rows: Int32Array, numbers: Numbers): Promise<Signals> {
    let known = this.looking.get(rows.length);
    if (!known) {
      const step = lookGraph(this.network, rows.length);
      known = this.engine.compile(step.graph).then((program) => ({ step, program, reader: new Reader(step.layout) }));
      this.looking.set(rows.length, known);
    }
    const { step, program, reader } = await known;
    const now = numbers(this.update + 1);
    const { signals } = await program.run(this.memory, this.feeds(step, rows, [now]));
    return reader.signals(this.update + 1, now.lr, signals.data);
  }

  /** The first operator of the next update, on these rows, that gives what is no finite number; changes nothing. */
  async trace(rows: Int32Array, numbers: Numbers): Promise<Origin | undefined> {
    const { nodes, ...step } = traceGraph(this.network, rows.length);
    const program = await this.engine.compile(step.graph);
    try {
      const { odd } = await program.run(this.memory, this.feeds(step, rows, [numbers(this.update + 1)]));
      const first = nodes[odd.data.findIndex((x: number) => Number.isNaN(x))];
      return first && { operator: first.op.name, scope: first.scope };
    } finally {
      await program.release();
    }
  }

  /** Learns from how long a call took; switches to several steps per call where that is measured to pay. */
  async tune(seconds: number, count: number, batch: number, updatesLeft: number): Promise<void> {
    if (this.settled || count !== this.steps) return;
    this.timings.push(seconds / count);
    if (this.timings.length < 12) return;
    const median = [...this.timings].sort((a, b) => a - b)[this.timings.length >> 1];
    this.timings.length = 0;
    if (this.steps === 1) {
      const fitting = stepCounts.map((count) => Math.min(count, Math.floor(longestCall / median)));
      // Worth a trial where what it saves of the time still to come outweighs the compilation.
      const steps = fitting.find((count) => count > 1 && saving * updatesLeft * median > count * this.compileSeconds);
      this.settled = steps === undefined;
      if (steps === undefined) return;
      this.single = median;
      this.steps = steps;
      await this.compiled(batch, steps);
      return;
    }
    if (median > this.single * 0.95) this.steps = 1;
    this.settled = true;
  }

  async release(): Promise<void> {
    for (const compiled of [...this.programs.values(), ...this.looking.values()])
      await (await compiled).program.release();
  }

  private compiled(batch: number, steps: number): Promise<Compiled> {
    const key = `${batch}x${steps}`;
    let known = this.programs.get(key);
    if (!known) {
      const started = performance.now();
      const built = trainingGraph(this.network, batch, steps);
      known = this.engine.compile(built.graph).then((program) => {
        this.compileSeconds = (performance.now() - started) / 1000;
        return { ...built, program };
      });
      this.programs.set(key, known);
    }
    return known;
  }

  /** `numbers`: of each step. */
  private feeds({ scalars, streams }: StepGraph, rows: Int32Array, numbers: readonly ReturnType<Numbers>[]): Tensors {
    const count = numbers.length;
    const data = Float64Array.from(numbers.flatMap((now) => scalars.map((name) => now[name])));
    const feeds: Record<string, Tensors[string]> = {
      indices: { dtype: 'int32', shape: [rows.length], data: rows },
      scalars: { dtype: 'float', shape: [data.length], data },
    };
    for (const stream of streams) {
      const pairs = Array.from({ length: count }, (_, step) =>
        maskKeys(this.seed, this.update + step + 1, stream),
      ).flat();
      feeds[`keys:${stream}`] = { dtype: 'int32', shape: [pairs.length], data: Int32Array.from(pairs) };
    }
    const { augment } = this.network;
    if (augment) feeds.augment = this.draws(augment, rows, count);
    return feeds;
  }

  private draws(augment: NonNullable<Network['augment']>, rows: Int32Array, count: number): Tensors[string] {
    const { width } = augment;
    const batch = rows.length / count;
    const data = new Float32Array(rows.length * width);
    for (let step = 0; step < count; step++)
      data.set(
        drawAugment(augment, this.seed, this.update + step + 1, rows.subarray(step * batch, (step + 1) * batch)),
        step * batch * width,
      );
    return { dtype: 'float', shape: [rows.length, width], data };
  }
}
