import { type Tensor, WellfitError } from '../../base/index.ts';
import { type Graph, stack } from '../../graph/index.ts';
import { encode } from '../../onnx/index.ts';
import type { Engine, Program, Tensors } from '../engine.ts';
import { countOf, entryOf, joined } from '../repeat.ts';
import { sameBytes } from '../shared.ts';
import { Place, stackFor } from './place.ts';

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
  /** Whether all its operators can work on several graphs at once, as far as is known. */
  stackable: boolean;
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
    const shared: Shared = { model, graph, repeated, stackable: true, programs: new Map(), users: 0 };
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

/** Whether they can be run as one: all want as many runs. */
const inStep = ({ stackable, repeated }: Shared, calls: readonly Call[]): boolean =>
  stackable && (!repeated || calls.every(({ feeds }) => countOf(feeds) === countOf(calls[0].feeds)));

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
  shared.stackable = program !== undefined;
  if (!program) return false;
  for (const [name, { shape }] of graph.states)
    if (common.includes(name)) rows.lend(name);
    else await rows.bring(name, shape);
  // A place whose training is gone computes what its neighbour computes.
  const fedBy = rows.places.map((place) => calls.find((call) => call.place === place) ?? calls[0]);
  const feeds = Object.fromEntries(
    [...graph.feeds.keys()].map((name) => {
      const each = fedBy.map((call) => given(call, name));
      return [name, repeated ? turnByTurn(each) : joined(each)];
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

/** [turns, …] of each as [turns, each, …]. */
function turnByTurn(each: readonly Tensor[]): Tensor {
  const turns = each[0].shape[0];
  return joined(Array.from({ length: turns }, (_, turn) => joined(each.map((one) => entryOf(one, turn)))));
}

/** The way back, for one of them. */
function everyTurn(tensor: Tensor, at: number): Tensor {
  return joined(Array.from({ length: tensor.shape[0] }, (_, turn) => entryOf(entryOf(tensor, turn), at)));
}
