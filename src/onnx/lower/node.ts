import { axisOf, formatShape, type Shape, WellfitError } from '../../base/index.ts';
import type { AttributeValue, Graph, Value } from '../../graph/index.ts';
import type { onnx } from '../schema/onnx.js';
import { constantOf } from './fold.ts';
import { type Integers, isIntegers } from './tensors.ts';

/** A value of the graph, or whole numbers that are known while reading. */
export type Found = Value | Integers;

/** What stands in for a node: its outputs in order. undefined leaves the node to the operator table, which has it under the same name. */
export type Lowering = (node: ReadNode) => Found | readonly Found[] | undefined;

/** One node of a file, with what its inputs are. */
export class ReadNode {
  readonly proto: onnx.INodeProto;
  readonly graph: Graph;
  /** Version of the operator set that the file is written in. */
  readonly version: number;
  readonly given: Readonly<Record<string, AttributeValue>>;
  private readonly find: (name: string) => Found;

  constructor(
    proto: onnx.INodeProto,
    given: Readonly<Record<string, AttributeValue>>,
    { graph, version, find }: { graph: Graph; version: number; find: (name: string) => Found },
  ) {
    this.proto = proto;
    this.given = given;
    this.graph = graph;
    this.version = version;
    this.find = find;
  }

  has(i: number): boolean {
    return Boolean(this.proto.input?.[i]);
  }

  found(i: number): Found {
    return this.find(this.proto.input?.[i] ?? '');
  }

  /** Input i as a value; whole numbers known while reading become a constant of the asked type. */
  value(i: number, dtype: 'int32' | 'float' = 'int32'): Value {
    const found = this.found(i);
    if (!isIntegers(found)) return found;
    const data = dtype === 'int32' ? Int32Array.from(found.data) : Float64Array.from(found.data);
    return this.graph.constant({ dtype, shape: found.shape, data }, this.proto.input![i]);
  }

  get x(): Value {
    return this.value(0);
  }

  values(): Value[] {
    return (this.proto.input ?? []).flatMap((name, i) => (name ? [this.value(i)] : []));
  }

  /** All inputs where they are whole numbers known while reading. */
  known(): Integers[] | undefined {
    const found = (this.proto.input ?? []).map((_, i) => this.found(i));
    return found.every(isIntegers) ? found : undefined;
  }

  /** The numbers of input i, which must be a constant; undefined where the input is left out. */
  list(i: number, what: string): number[] | undefined {
    if (!this.has(i)) return undefined;
    const found = this.found(i);
    if (isIntegers(found)) return [...found.data];
    const constant = constantOf(found);
    if (constant) return Array.from(constant.data);
    throw new WellfitError(
      'file',
      `${this.proto.opType} ("${this.proto.name}") computes its ${what} while it runs, which a static graph cannot`,
      { expected: 'a constant' },
    );
  }

  number(key: string, otherwise: number): number {
    return (this.given[key] as number | undefined) ?? otherwise;
  }

  /** Axes as newer files give them, by input i, or as older ones, by an attribute; counted from the front. */
  axes(i: number, rank: number): number[] | undefined {
    const axes = (this.given.axes as number[] | undefined) ?? this.list(i, 'axes');
    return axes?.map((axis) => this.axis(axis, rank));
  }

  axis(axis: number, rank: number): number {
    const index = axisOf(axis, rank);
    if (index === undefined) throw this.refusal(`axis ${axis} of ${rank}`);
    return index;
  }

  constant(shape: Shape, data: ArrayLike<number>): Value {
    return this.graph.constant(
      { dtype: 'float', shape, data: Float64Array.from(data) },
      `${this.proto.output![0]}:part`,
    );
  }

  refusal(what: string): WellfitError {
    return refusal(this.proto, what);
  }

  shapeRefusal(what: string, shape: Shape): WellfitError {
    return this.refusal(`${what} of ${formatShape(shape)}`);
  }
}

export const refusal = (node: onnx.INodeProto, what: string): WellfitError =>
  new WellfitError('file', `${node.opType} ("${node.name}") asks for ${what}, which Wellfit does not have`);
