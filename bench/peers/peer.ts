// What the peers written in TypeScript share: the steps, random data and the conversation with the driver.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export type Layer =
  | { type: 'dense'; units: number }
  | { type: 'conv'; filters: number; bias: boolean }
  | { type: 'batchnorm' }
  | { type: 'dropout'; rate: number }
  | { type: 'relu' }
  | { type: 'maxpool' }
  | { type: 'flatten' };

export type Optimizer =
  | { type: 'sgd'; learningRate: number; momentum: number }
  | { type: 'adam'; learningRate: number };

export interface Step {
  name: string;
  /** What this step is there to measure, in words; such steps are asked of PyTorch alone. */
  technique?: string;
  /** The name of the same step without the technique. */
  without?: string;
  /** Adds l1 Σ|w| + l2/2 Σw² of all weights to the loss. */
  penalties?: { l1: number; l2: number };
  /** Adds weightDecay · w to the gradient of every parameter. */
  weightDecay?: number;
  /** What is done to the images of each batch, as an experiment lists it. */
  augment?: unknown[];
  rows: number;
  /** The shape of one row: [features] or [channels, height, width]. */
  shape: number[];
  data: 'float32' | 'uint8';
  classes: number;
  batch: number;
  optimizer: Optimizer;
  model: Layer[];
  /** How many trainable numbers the model has. */
  parameters: number;
}

export interface Trainer {
  peer: string;
  version: string;
  parameters: number;
  /** How many threads really work, whatever was asked for. */
  threads: number;
  step(): void | Promise<void>;
  /** The loss of the last step; the work of all steps must be done when it is known. */
  loss(): Promise<number>;
}

/** Thrown by a peer that cannot do a step. */
export class Unsupported extends Error {}

const WARM_UP_SECONDS = 0.5;

export function findStep(name: string): Step {
  const steps: Step[] = JSON.parse(readFileSync(new URL('steps.json', import.meta.url), 'utf8'));
  const step = steps.find((each) => each.name === name);
  if (!step) throw new Error(`There is no step "${name}".`);
  return step;
}

/** A step that a library without our techniques can be asked for. */
export function findPlainStep(name: string): Step {
  const step = findStep(name);
  if (step.technique) throw new Unsupported('not asked');
  return step;
}

/** Normal numbers, or whole numbers 0..255 where the step has bytes: neither library knows packed bytes. */
export function randomInputs(step: Step): Float32Array<ArrayBuffer> {
  const size = step.shape.reduce((product, each) => product * each, step.rows);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = step.data === 'uint8' ? randomInteger(256) : randomNormal();
  return values;
}

export function randomLabels(step: Step): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: step.rows }, () => randomInteger(step.classes));
}

/** The row numbers of all batches of one shuffled epoch. */
export function randomBatches({ rows, batch }: Step): Int32Array<ArrayBuffer>[] {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = randomInteger(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return Array.from({ length: Math.floor(rows / batch) }, (_, i) => order.slice(i * batch, (i + 1) * batch));
}

/** He normal weights. */
export function randomWeights(shape: number[], fanIn: number): Float32Array<ArrayBuffer> {
  const size = shape.reduce((product, each) => product * each, 1);
  return Float32Array.from({ length: size }, () => randomNormal() * Math.sqrt(2 / fanIn));
}

let seed = 0;

/** The generator mulberry32, so that every run sees the same data. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function randomInteger(end: number): number {
  return Math.floor(random() * end);
}

function randomNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export async function serve(start: () => Promise<Trainer>): Promise<void> {
  let trainer: Trainer;
  try {
    trainer = await start();
    await warmUp(trainer);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    say({ ready: false, reason: error.message });
    return;
  }
  const { peer, version, parameters, threads } = trainer;
  say({ ready: true, peer, version, parameters, threads });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, count] = line.split(' ');
    if (command === 'quit') break;
    say(await run(trainer, Number(count)));
  }
  process.stdin.destroy();
}

async function warmUp(trainer: Trainer) {
  const start = performance.now();
  while (performance.now() - start < WARM_UP_SECONDS * 1000) await run(trainer, 1);
}

async function run(trainer: Trainer, count: number) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await trainer.step();
  const loss = await trainer.loss();
  return { seconds: (performance.now() - start) / 1000, loss };
}

function say(message: object) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
