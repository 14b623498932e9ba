import { type DType, formatShape, type Shape } from '../base/index.ts';
import type { Attributes, OperatorSpec, TypeAndShape, Value } from '../graph/index.ts';

type Argument<A> = Value | number | A;

/** An entry of the operator table that is also the function that adds it to a graph: `mul(x, 0.5)`, `conv(x, w, {…})`. */
export type Operator<A extends Attributes = Attributes> = ((...args: Argument<A>[]) => Value) & {
  readonly spec: OperatorSpec;
};

/** Makes a table entry. A number among the arguments becomes a constant of the type of the first value. */
export function operator<A extends Attributes = Attributes>(spec: OperatorSpec): Operator<A> {
  const apply = (...args: Argument<A>[]): Value => {
    const last = args[args.length - 1];
    const attributes = typeof last === 'number' || isValue(last) ? {} : (args.pop() as Attributes);
    const operands = args as (Value | number)[];
    const first = operands.find(isValue);
    if (!first) throw new TypeError(`${spec.name} needs at least one value of a graph`);
    const inputs = operands.map((x) => (typeof x === 'number' ? first.graph.scalar(x, first.dtype) : x));
    return first.graph.apply(spec, inputs, attributes);
  };
  return Object.assign(apply, { spec });
}

const isValue = (x: unknown): x is Value => typeof x === 'object' && x !== null && 'graph' in x && 'source' in x;

/** The rules below throw plain errors; the graph adds the operator, its scope and its inputs. */
export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function requireCount(inputs: readonly TypeAndShape[], count: number): void {
  require(inputs.length === count, `it takes ${count} inputs, not ${inputs.length}`);
}

export function requireType(input: TypeAndShape, ...allowed: DType[]): void {
  require(allowed.includes(input.dtype), `it needs ${allowed.join(' or ')}, not ${input.dtype}`);
}

export function requireRank(input: TypeAndShape, rank: number, what: string): void {
  require(input.shape.length === rank, `${what} must have ${rank} axes, not ${formatShape(input.shape)}`);
}

export const float = (shape: Shape): TypeAndShape => ({ dtype: 'float', shape });
