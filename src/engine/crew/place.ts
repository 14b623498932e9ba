import { sizeOf, type Tensor } from '../../base/index.ts';
import type { Graph } from '../../graph/index.ts';
import type { Engine, Memory } from '../engine.ts';
import { entryOf, joined } from '../repeat.ts';

/** The memory of one training: its own, or one row of a stack. */
export class Place implements Memory {
  private readonly own: Memory;
  /** What was set and is not in the stack yet. */
  readonly pending = new Map<string, Tensor>();
  /** What was set and never changed since. */
  readonly given = new Map<string, Tensor>();
  stack?: Stack;

  constructor(own: Memory) {
    this.own = own;
  }

  set(name: string, value: Tensor): void {
    this.given.set(name, value);
    this.pending.set(name, value);
  }

  has(name: string): boolean {
    return this.pending.has(name) || this.stack?.has(name) || this.own.has(name);
  }

  async get(name: string): Promise<Tensor> {
    const set = this.pending.get(name);
    if (set) return { ...set, data: set.data.slice() };
    return this.stack?.has(name) ? this.stack.part(name, this) : this.own.get(name);
  }

  /** The memory of its own, with everything in it. */
  async alone(): Promise<Memory> {
    await this.stack?.dismiss(this);
    for (const [name, value] of this.pending) this.own.set(name, value);
    this.pending.clear();
    return this.own;
  }

  /** Takes back what the stack held. */
  keep(name: string, value: Tensor): void {
    if (!this.pending.has(name)) this.own.set(name, value);
  }

  /** What a run has changed is no longer what was given. */
  forget({ updates }: Graph): void {
    for (const name of updates.keys()) this.given.delete(name);
  }
}

/** States of several trainings, each under one name along a first axis. */
class Stack {
  /** By row; undefined where the training is gone. */
  readonly places: (Place | undefined)[];
  readonly memory: Memory;
  private readonly names = new Set<string>();
  private readonly lent = new Map<string, Tensor>();
  /** Copies made since the last change. */
  private readonly copies = new Map<string, Promise<Tensor>>();

  constructor(memory: Memory, places: readonly Place[]) {
    this.memory = memory;
    this.places = [...places];
    for (const place of places) place.stack = this;
  }

  get living(): readonly Place[] {
    return this.places.filter((place) => place !== undefined);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** Whether all were given the very same array and nobody has changed it. */
  isCommon(name: string): boolean {
    const [first, ...others] = this.living.map(({ given }) => given.get(name)?.data);
    return !this.names.has(name) && first !== undefined && others.every((data) => data === first);
  }

  /** Holds what all have in common once. */
  lend(name: string): void {
    const tensor = this.living[0].given.get(name)!;
    if (this.lent.get(name)?.data === tensor.data) return;
    this.lent.set(name, tensor);
    this.memory.set(name, tensor);
  }

  /** Holds a state of all, with what was set meanwhile. */
  async bring(name: string, shape: readonly number[]): Promise<void> {
    const all = this.places;
    const size = sizeOf(shape);
    if (!this.names.has(name)) {
      this.put(name, joined(await Promise.all(all.map((place) => (place ?? this.living[0]).get(name)))));
    } else if (this.living.some(({ pending }) => pending.has(name))) {
      const whole = await this.memory.get(name);
      for (const [row, place] of all.entries()) {
        const set = place?.pending.get(name);
        if (set) whole.data.set(set.data, row * size);
      }
      this.put(name, whole);
    }
    for (const { pending } of this.living) pending.delete(name);
  }

  async part(name: string, place: Place): Promise<Tensor> {
    let copy = this.copies.get(name);
    if (!copy) {
      copy = this.memory.get(name);
      this.copies.set(name, copy);
    }
    const { data, ...rest } = entryOf(await copy, this.places.indexOf(place));
    return { ...rest, data: data.slice() };
  }

  changed(names: Iterable<string>): void {
    for (const name of names) this.copies.delete(name);
  }

  /** A training goes on by itself. */
  async dismiss(place: Place): Promise<void> {
    for (const name of this.names) place.keep(name, await this.part(name, place));
    this.places[this.places.indexOf(place)] = undefined;
    place.stack = undefined;
  }

  private put(name: string, tensor: Tensor): void {
    this.memory.set(name, tensor);
    this.names.add(name);
    this.copies.delete(name);
  }
}

/** The stack of just these trainings: the one that they have, while half of its rows or more are theirs, or a new one. */
export async function stackFor(engine: Engine, places: readonly Place[]): Promise<Stack> {
  const [{ stack: known }] = places;
  if (known && places.every(({ stack }) => stack === known)) {
    for (const other of known.living) if (!places.includes(other)) await other.alone();
    if (2 * places.length > known.places.length) return known;
  }
  for (const place of places) await place.alone();
  return new Stack(engine.memory(), places);
}
