import { sizeOf, type Tensor, WellfitError } from '../base/index.ts';
import { type Graph, stack } from '../graph/index.ts';
import { encode } from '../onnx/index.ts';
import type { Engine, Memory, Program, Tensors } from './engine.ts';
import { together as alongFirst, countOf, entryOf } from './repeat.ts';
import { sameBytes } from './shared.ts';

/** Trainings that go on side by side: where they run the same program, one call runs it for all of them. */
export interface Crew {
  /** A place for one more training. All that are to begin together join before the first of them runs anything. */
  join(): Seat;
}

export interface Seat {
  readonly engine: Engine;
  /** The others no longer wait for this training. */
  leave(): void;
}

/** How often a call runs a repeated program: few enough that progress is seen, the same for all. */
const stepsPerCall = 16;

/** A graph that some trainings run, whoever compiled it. */
interface Shared {
  readonly model: Uint8Array;
  readonly graph: Graph;
  readonly repeated: boolean;
  /** For one training, and for so many with such states in common; undefined where the graph cannot be stacked. */
  readonly programs: Map<string, Promise<Program | undefined>>;
  users: number;
}

interface Call {
  readonly shared: Shared;
  readonly place: Place;
  readonly feeds: Tensors;
  resolve(results: Tensors): void;
  reject(error: unknown): void;
}

/**
 * Lets small trainings share the cost of a call: a run waits until every training of the crew wants to run something, then those that want the same
 * program run it as one, with their states along a first axis (weights are "stacked"). What a training computes is what it computes alone, up to the
 * order in which a product of matrices is summed.
 */
export function crewOf(engine: Engine): Crew {
  const seats = new Set<object>();
  const known: Shared[] = [];
  let waiting: { seat: object; call: Call }[] = [];
  let busy = false;

  const flush = async (): Promise<void> => {
    const present = new Set(waiting.map(({ seat }) => seat));
    if (busy || present.size === 0 || present.size < seats.size) return;
    busy = true;
    const groups = Map.groupBy(waiting, ({ call }) => call.shared);
    waiting = [];
    for (const [shared, group] of groups)
      await together(
        engine,
        shared,
        group.map(({ call }) => call),
      );
    busy = false;
    // Who was quick has called again by now.
    await flush();
  };

  const find = (graph: Graph, repeated: boolean): Shared => {
    const model = encode(graph);
    const same = known.find((shared) => shared.repeated === repeated && sameBytes(shared.model, model));
    if (same) return same;
    const shared: Shared = { model, graph, repeated, programs: new Map(), users: 0 };
    known.push(shared);
    return shared;
  };

  const release = async (shared: Shared): Promise<void> => {
    if (--shared.users > 0) return;
    known.splice(known.indexOf(shared), 1);
    for (const program of shared.programs.values()) await (await program)?.release();
  };

  return {
    join() {
      const seat = {};
      seats.add(seat);
      return {
        engine: {
          name: engine.name,
          agreed: stepsPerCall,
          memory: () => new Place(engine.memory()),
          async compile(graph, { repeated = false } = {}) {
            const shared = find(graph, repeated);
            shared.users++;
            let released = false;
            return {
              run(memory, feeds) {
                if (!(memory instanceof Place))
                  throw new WellfitError('engine', 'this memory belongs to another engine');
                const { promise, resolve, reject } = Promise.withResolvers<Tensors>();
                waiting.push({ seat, call: { shared, place: memory, feeds, resolve, reject } });
                void flush();
                return promise;
              },
              async release() {
                if (released) return;
                released = true;
                await release(shared);
              },
            };
          },
        },
        leave() {
          seats.delete(seat);
          void flush();
        },
      };
    },
  };
}

/** Runs one program for all who call it; where that cannot be, for one after the other. */
async function together(engine: Engine, shared: Shared, calls: readonly Call[]): Promise<void> {
  try {
    if (calls.length > 1 && inStep(shared, calls) && (await asOne(engine, shared, calls))) return;
  } catch (error) {
    for (const { reject } of calls) reject(error);
    return;
  }
  for (const { place, feeds, resolve, reject } of calls)
    try {
      const program = await programFor(shared, '', () => engine.compile(shared.graph, { repeated: shared.repeated }));
      resolve(await program!.run(await place.alone(), feeds));
      place.forget(shared.graph);
    } catch (error) {
      reject(error);
    }
}

/** Whether all want as many runs. */
const inStep = ({ repeated }: Shared, calls: readonly Call[]): boolean =>
  !repeated || calls.every(({ feeds }) => countOf(feeds) === countOf(calls[0].feeds));

async function asOne(engine: Engine, shared: Shared, calls: readonly Call[]): Promise<boolean> {
  const { graph, repeated } = shared;
  const places = calls.map(({ place }) => place);
  const rows = await stackFor(engine, places);
  const common = [...graph.states.keys()].filter((name) => !graph.updates.has(name) && rows.isCommon(name));
  const count = rows.places.length;
  const program = await programFor(shared, `${count} ${common.join(' ')}`, async () => {
    const whole = stack(graph, count, new Set(common));
    return whole && engine.compile(whole, { repeated });
  });
  if (!program) return false;
  for (const [name, { shape }] of graph.states)
    if (common.includes(name)) rows.lend(name);
    else await rows.bring(name, shape);
  // A place whose training is gone computes what its neighbour computes.
  const fedBy = rows.places.map((place) => calls.find((call) => call.place === place) ?? calls[0]);
  const feeds = Object.fromEntries(
    [...graph.feeds.keys()].map((name) => {
      const each = fedBy.map((call) => given(call, name));
      return [name, repeated ? turnByTurn(each) : alongFirst(each)];
    }),
  );
  const results = await program.run(rows.memory, feeds);
  rows.changed(graph.updates.keys());
  for (const { place, resolve } of calls) {
    place.forget(graph);
    const at = rows.places.indexOf(place);
    resolve(
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, repeated ? everyTurn(tensor, at) : entryOf(tensor, at)]),
      ),
    );
  }
  return true;
}

function given({ feeds }: Call, name: string): Tensor {
  const tensor = feeds[name];
  if (!tensor) throw new WellfitError('engine', `"${name}" was not given`);
  return tensor;
}

function programFor(shared: Shared, key: string, compile: () => Promise<Program | undefined>) {
  let program = shared.programs.get(key);
  if (!program) {
    program = compile();
    shared.programs.set(key, program);
  }
  return program;
}

/** The memory of one training: its own, or one row of a stack. */
class Place implements Memory {
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
      this.put(name, alongFirst(await Promise.all(all.map((place) => (place ?? this.living[0]).get(name)))));
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
async function stackFor(engine: Engine, places: readonly Place[]): Promise<Stack> {
  const [{ stack: known }] = places;
  if (known && places.every(({ stack }) => stack === known)) {
    for (const other of known.living) if (!places.includes(other)) await other.alone();
    if (2 * places.length > known.places.length) return known;
  }
  for (const place of places) await place.alone();
  return new Stack(engine.memory(), places);
}

/** [turns, …] of each as [turns, each, …]. */
function turnByTurn(each: readonly Tensor[]): Tensor {
  const turns = each[0].shape[0];
  return alongFirst(Array.from({ length: turns }, (_, turn) => alongFirst(each.map((one) => entryOf(one, turn)))));
}

/** The way back, for one of them. */
function everyTurn(tensor: Tensor, at: number): Tensor {
  return alongFirst(Array.from({ length: tensor.shape[0] }, (_, turn) => entryOf(entryOf(tensor, turn), at)));
}
