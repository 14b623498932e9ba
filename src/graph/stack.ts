import { Graph, liveNodes, type Value } from './graph.ts';
import type { Attributes } from './operator.ts';
import { moving } from './rewrite.ts';

/**
 * Several graphs of one shape as one: everything that is fed, and every state that is not shared, gets a first axis of length `count`, one place for
 * each of them, and so does all that depends on it. Names stay.
 * @returns undefined where an operator of the graph cannot work on several at once
 */
export function stack(graph: Graph, count: number, shared: ReadonlySet<string>): Graph | undefined {
  const whole = new Graph();
  const { moved, move } = moving(whole);
  const apart = new Set<Value>();
  const split = (value: Value, copy: Value): void => {
    moved.set(value, copy);
    apart.add(copy);
  };
  for (const [name, value] of graph.feeds) split(value, whole.feed(name, value.dtype, [count, ...value.shape]));
  for (const [name, value] of graph.states)
    if (shared.has(name)) moved.set(value, whole.state(name, value.dtype, value.shape));
    else split(value, whole.state(name, value.dtype, [count, ...value.shape]));
  for (const { op, inputs: before, attributes, output, scope } of liveNodes(graph)) {
    const inputs = before.map(move);
    const stacked = inputs.map((input) => apart.has(input));
    const several = stacked.some(Boolean);
    if (several && !op.stack) return undefined;
    const apply = (operands: readonly Value[], own: Attributes) => whole.apply(op, operands, own);
    const build = () =>
      several ? op.stack!({ inputs, stacked, attributes, count, apply }) : apply(inputs, attributes);
    const copy = scope ? whole.scopeFromRoot(scope, build) : build();
    if (several) split(output, copy);
    else moved.set(output, copy);
  }
  const ends = [...graph.updates.values(), ...graph.outputs.values()];
  if (ends.some((value) => !apart.has(move(value)))) return undefined;
  for (const [name, value] of graph.updates) whole.update(name, move(value));
  for (const [name, value] of graph.outputs) whole.output(name, move(value));
  return whole;
}
