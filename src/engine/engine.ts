import type { Tensor } from '../base/index.ts';
import type { Graph } from '../graph/index.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Named tensors that stay with the engine between runs: parameters, optimizer state, the data set. */
export interface Memory {
  /** Takes the array by reference; the caller must not change it afterwards. */
  set(name: string, value: Tensor): void;
  has(name: string): boolean;
  /** A copy of what is held now. */
  get(name: string): Promise<Tensor>;
}

export interface CompileOptions {
  /**
   * Whether each call runs the graph several times: feeds and outputs have a first axis more, an entry for each time, and every run reads the states
   * as the one before has left them.
   */
  readonly repeated?: boolean;
}

/** A compiled graph. */
export interface Program {
  /**
   * Reads feeds and the memory's states, computes, and replaces the updated states in the memory once all has succeeded.
   * Returned arrays belong to the caller until the next run of the same program.
   */
  run(memory: Memory, feeds: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** How often a call of a repeated program should run its graph, where those who share the engine must agree on it. */
  readonly agreed?: number;
  memory(): Memory;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
}
