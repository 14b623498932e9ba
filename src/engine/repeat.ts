import type { Tensor, TensorData } from '../base/index.ts';
import type { Program, Tensors } from './engine.ts';

/** A program that is run once for each entry of its feeds, one call after the other. */
export const repeatedly = (program: Program): Program => ({
  async run(memory, feeds) {
    const count = countOf(feeds);
    const turns: Tensors[] = [];
    for (let turn = 0; turn < count; turn++) {
      const now = Object.entries(feeds).map(([name, tensor]) => [name, entryOf(tensor, turn)]);
      const results = await program.run(memory, Object.fromEntries(now));
      // What a program returns is its own again at its next run.
      turns.push(
        Object.fromEntries(Object.entries(results).map(([name, t]) => [name, { ...t, data: t.data.slice() }])),
      );
    }
    return Object.fromEntries(Object.keys(turns[0]).map((name) => [name, joined(turns.map((turn) => turn[name]))]));
  },
  release: () => program.release(),
});

/** How often feeds ask for a run. */
export const countOf = (feeds: Tensors): number => Object.values(feeds)[0].shape[0];

/** One entry of the first axis. */
export function entryOf({ dtype, shape, data }: Tensor, at: number): Tensor {
  const size = data.length / shape[0];
  return { dtype, shape: shape.slice(1), data: data.subarray(at * size, (at + 1) * size) };
}

/** Tensors of one shape along a first axis. */
export function joined(all: readonly Tensor[]): Tensor {
  const [{ dtype, shape, data }] = all;
  const Kind = data.constructor as new (length: number) => TensorData;
  const whole = new Kind(all.length * data.length);
  for (const [i, one] of all.entries()) whole.set(one.data, i * data.length);
  return { dtype, shape: [all.length, ...shape], data: whole };
}
