import type { DType, Shape, Tensor, TensorData } from '../base/index.ts';
import type { Value } from './graph.ts';

export type AttributeValue = number | string | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** How ONNX carries an attribute: on the node as that type, as a constant int64 vector input, or as a constant scalar input. */
export type AttributeKind = 'int' | 'float' | 'ints' | 'string' | 'input' | 'scalarInput';

export interface TypeAndShape {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** One case that every engine must get right. */
export interface Sample {
  readonly label: string;
  readonly inputs: readonly Tensor[];
  readonly attributes?: Attributes;
  /** Why the gradient is not compared with a central difference here, as at a kink. */
  readonly noGradient?: string;
  /** Largest allowed |float32 - float64| / (1 + |float64|); 2e-6 where nothing is said. */
  readonly tolerance?: number;
}

export interface GradientContext {
  /** Gradient of the loss with respect to the output, shaped like the output. */
  readonly dy: Value;
  readonly y: Value;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  /** Inputs whose gradient nobody asks for may be left out. */
  readonly needs: readonly boolean[];
}

export interface StackContext {
  /** Those that belong to one graph each have a first axis more, of length `count`. */
  readonly inputs: readonly Value[];
  /** Which inputs those are; at least one. */
  readonly stacked: readonly boolean[];
  /** As they are for one graph. */
  readonly attributes: Attributes;
  readonly count: number;
  /** Adds the operator itself. */
  apply(inputs: readonly Value[], attributes: Attributes): Value;
}

/** Everything Wellfit knows about one ONNX operator. Every operator has exactly one output. */
export interface OperatorSpec {
  /** The name in the ONNX standard. */
  readonly name: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeKind>>;
  /** Position of the first attribute that ONNX carries as an input, where optional inputs before it stay empty. */
  readonly firstAttributeInput?: number;
  /** Type and shape of the output; throws with the reason where the inputs do not fit. */
  infer(inputs: readonly TypeAndShape[], attributes: Attributes): TypeAndShape;
  /** The reference: plain loops, float64. */
  forward(inputs: readonly Tensor[], attributes: Attributes, output: TypeAndShape): TensorData;
  /** One gradient for each input, null where there is none to send. Absent: the operator is not differentiable. */
  gradient?(context: GradientContext): readonly (Value | null)[];
  /** What several graphs compute with it, at once and along a first axis. Absent: the operator cannot be stacked. */
  stack?(context: StackContext): Value;
  /** On which side of each kink the inputs lie; two evaluations that differ here have no common derivative. */
  branches?(inputs: readonly Tensor[], attributes: Attributes): ArrayLike<number>;
  samples(): readonly Sample[];
}
