import type { OptionSchema, Shape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

/** A trainable tensor of a layer. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** An entry of the initializer table as an experiment writes it; */
  readonly init: unknown;
  readonly fanIn: number;
  readonly fanOut: number;
  /** Whether L2 and its kin apply: weights yes, biases and normalization parameters no. */
  readonly decay: boolean;
}

/** A tensor that training moves without gradients, such as a running mean. */
export interface StateSpec {
  readonly shape: Shape;
  readonly fill: number;
}

export interface LayerContext<O> {
  readonly options: O;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly state: Readonly<Record<string, Value>>;
  readonly training: boolean;
  /** New content of a state after this update; only while training. */
  update(state: string, value: Value): void;
  /** A mask of the shape with ones at rate `keep`, else zeros; depends on (seed, update, layer) only. Training only. */
  mask(shape: Shape, keep: number): Value;
  /** Numbers uniform in (0, 1); depends on (seed, update, layer, stream) only, and streams are independent. Training only. */
  uniform(shape: Shape, stream: string): Value;
}

export interface Layer<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** Shape of one row of the output, without the batch axis; throws an Error that says what shape it needs. */
  output(input: Shape, options: O): Shape;
  parameters?(input: Shape, options: O): Readonly<Record<string, ParameterSpec>>;
  state?(input: Shape, options: O): Readonly<Record<string, StateSpec>>;
  apply(x: Value, context: LayerContext<O>): Value;
  /** The initializer that suits the weights before this activation, as an experiment writes it; only activations say. */
  suits?(options: O): unknown;
  /** An activation that cannot give every real number, so that no loss of logits may follow it. */
  readonly limited?: boolean;
  /** What an activation comes near to and never leaves: there it is flat. */
  readonly bounds?: readonly [number, number];
  /** An elementwise function that never falls: taking maxima before it gives the same as after it, on fewer numbers. */
  readonly monotone?: boolean;
  /** Whether a batch must have two rows or more while training. */
  readonly needsBatch?: boolean;
}

export function layer<S extends OptionSchema>(entry: Omit<Layer<z.output<S>>, 'options'> & { options: S }): Layer {
  return entry as unknown as Layer;
}
