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

/** Steps in one call at most: more would save nothing more. */
const mostSteps = 64;
/** Parameters above which a step is so long that a Loop saves nothing, and costs a copy of them (bench/repeat.ts). */
const large = 2_000_000;
/** Seconds that one call may take, so that progress is seen and an interruption is heard. */
const longestCall = 0.1;

/**
 * Runs updates over batches. One program for each batch size, compiled when first needed and kept. How many steps go into one call is measured on
 * the run itself; it changes the speed, never a bit of the result.
 */
export class Trainer {
  private readonly programs = new Map<number, Promise<Compiled>>();
  /** What looks into a step without making it, by batch size. */
  private readonly looking = new Map<number, Promise<{ step: StepGraph; program: Program; reader: Reader }>>();
  private readonly engine: Engine;
  private readonly memory: Memory;
  private readonly network: Network;
  private readonly seed: number;
  /** Updates completed. */
  update = 0;
  private readonly repeated: boolean;
  private steps: number;

  constructor(engine: Engine, memory: Memory, network: Network, seed: number) {
    this.engine = engine;
    this.memory = memory;
    this.network = network;
    this.seed = seed;
    this.repeated = network.model.parameterCount <= large;
    this.steps = (this.repeated && engine.agreed) || 1;
  }

  /** How many full batches the next call should bring, of those left in the epoch. */
  stepsFor(batchesLeft: number): number {
    return Math.min(this.steps, batchesLeft);
  }

  /** Learns from how long a call took. */
  tune(seconds: number, count: number): void {
    if (!this.repeated || this.engine.agreed !== undefined) return;
    const fitting = Math.floor((longestCall * count) / seconds);
    // A few times as many at once, since the first calls are slow.
    this.steps = Math.max(1, Math.min(fitting, mostSteps, Math.max(this.steps, 4 * count)));
  }

  /** Trains on `count` batches of equal size that lie one after the other; returns each step's loss, and metric where it is a mean over rows. */
  async run(
    rows: Int32Array,
    count: number,
    numbers: Numbers,
  ): Promise<{ loss: ArrayLike<number>; metric?: ArrayLike<number>; rates: readonly number[] }> {
    const compiled = await this.compiled(rows.length / count);
    const fed = Array.from({ length: count }, (_, step) => numbers(this.update + step + 1));
    const feeds = this.repeated ? this.feeds(compiled, rows, fed) : this.feed(compiled, rows, fed[0]);
    const { loss, metric } = await compiled.program.run(this.memory, feeds);
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
    const { signals } = await program.run(this.memory, this.feed(step, rows, now));
    return reader.signals(this.update + 1, now.lr, signals.data);
  }

  /** The first operator of the next update, on these rows, that gives what is no finite number; changes nothing. */
  async trace(rows: Int32Array, numbers: Numbers): Promise<Origin | undefined> {
    const { nodes, ...step } = traceGraph(this.network, rows.length);
    const program = await this.engine.compile(step.graph);
    try {
      const { odd } = await program.run(this.memory, this.feed(step, rows, numbers(this.update + 1)));
      const first = nodes[odd.data.findIndex((x: number) => Number.isNaN(x))];
      return first && { operator: first.op.name, scope: first.scope };
    } finally {
      await program.release();
    }
  }

  async release(): Promise<void> {
    for (const compiled of [...this.programs.values(), ...this.looking.values()])
      await (await compiled).program.release();
  }

  private compiled(batch: number): Promise<Compiled> {
    let known = this.programs.get(batch);
    if (!known) {
      const built = trainingGraph(this.network, batch);
      known = this.engine.compile(built.graph, { repeated: this.repeated }).then((program) => ({ ...built, program }));
      this.programs.set(batch, known);
    }
    return known;
  }

  /** For one run. */
  private feed(step: StepGraph, rows: Int32Array, numbers: ReturnType<Numbers>): Tensors {
    const feeds = Object.entries(this.feeds(step, rows, [numbers]));
    return Object.fromEntries(feeds.map(([name, tensor]) => [name, { ...tensor, shape: tensor.shape.slice(1) }]));
  }

  /** For as many runs as there are `numbers`. */
  private feeds({ scalars, streams }: StepGraph, rows: Int32Array, numbers: readonly ReturnType<Numbers>[]): Tensors {
    const count = numbers.length;
    const data = Float64Array.from(numbers.flatMap((now) => scalars.map((name) => now[name])));
    const feeds: Record<string, Tensors[string]> = {
      indices: { dtype: 'int32', shape: [count, rows.length / count], data: rows },
      scalars: { dtype: 'float', shape: [count, scalars.length], data },
    };
    for (const stream of streams) {
      const pairs = Array.from({ length: count }, (_, step) =>
        maskKeys(this.seed, this.update + step + 1, stream),
      ).flat();
      feeds[`keys:${stream}`] = { dtype: 'int32', shape: [count, 2], data: Int32Array.from(pairs) };
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
    return { dtype: 'float', shape: [count, batch, width], data };
  }
}
