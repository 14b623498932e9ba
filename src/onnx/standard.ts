import { type Shape, sizeOf } from '../base/index.ts';
import type { Attributes, AttributeValue, OperatorSpec, Value } from '../graph/index.ts';
import { refusal } from './lower/node.ts';
import type { onnx } from './schema/onnx.js';

const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };
const everyAxis = ([x]: readonly Value[]): Attributes => ({ axes: x.shape.map((_, axis) => axis), keepdims: 1 });

/** What ONNX means where a node leaves an attribute out. */
const defaults: Readonly<Record<string, (operands: readonly Value[], inputs: Attributes) => Attributes>> = {
  ArgMax: () => ({ axis: 0, keepdims: 1 }),
  AveragePool: () => ({ ...window, count_include_pad: 0 }),
  BatchNormalization: () => ({ epsilon: 1e-5 }),
  Conv: () => ({ ...window, group: 1 }),
  ConvTranspose: () => ({ ...window, group: 1, output_padding: [0, 0] }),
  Gather: () => ({ axis: 0 }),
  Gemm: () => ({ transA: 0, transB: 0 }),
  HardSigmoid: () => ({ alpha: 0.2, beta: 0.5 }),
  LogSoftmax: () => ({ axis: -1 }),
  MaxPool: () => window,
  ReduceMax: everyAxis,
  ReduceMean: everyAxis,
  ReduceSum: everyAxis,
  ReduceSumSquare: everyAxis,
  Resize: () => ({ mode: 'nearest', coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_floor' }),
  Slice: (_, { starts }) => ({ axes: (starts as number[]).map((_, i) => i), steps: (starts as number[]).map(() => 1) }),
  Softmax: () => ({ axis: -1 }),
  Transpose: ([x]) => ({ perm: x.shape.map((_, axis) => x.shape.length - 1 - axis) }),
};

/** Attributes that the table does not carry, with the only value at which they ask for nothing; undefined where any value does. */
const harmless: Readonly<Record<string, AttributeValue | undefined>> = {
  allowzero: undefined,
  alpha: 1,
  antialias: 0,
  auto_pad: 'NOTSET',
  beta: 1,
  ceil_mode: 0,
  cubic_coeff_a: undefined,
  exclude_outside: 0,
  extrapolation_value: undefined,
  keep_aspect_ratio_policy: 'stretch',
  kernel_shape: undefined,
  mode: 'constant',
  momentum: undefined,
  noop_with_empty_axes: undefined,
  select_last_index: 0,
  storage_order: undefined,
  training_mode: 0,
};

/**
 * The attributes of a node with everything that ONNX fills in by itself.
 * @throws WellfitError where the node asks for something that the operator table does not have
 */
export function completed(
  spec: OperatorSpec,
  node: onnx.INodeProto,
  operands: readonly Value[],
  given: Readonly<Record<string, AttributeValue>>,
  fromInputs: Readonly<Record<string, AttributeValue>>,
): Attributes {
  refuseUnknown(spec, node, given);
  const carried = Object.entries(given).filter(([key]) => key in (spec.attributes ?? {}));
  const inputs = { ...fromInputs };
  const allAxes = spec.name.startsWith('Reduce') && (inputs.axes as number[] | undefined)?.length === 0;
  if (allAxes && given.noop_with_empty_axes !== 1) delete inputs.axes;
  const attributes = { ...defaults[spec.name]?.(operands, inputs), ...Object.fromEntries(carried), ...inputs };
  if (spec.name === 'Reshape')
    return { shape: resolveShape(operands[0].shape, attributes.shape as number[], given.allowzero === 1) };
  if (spec.name === 'AveragePool' && attributes.count_include_pad === 0) {
    if ((attributes.pads as number[]).some((p) => p > 0)) throw refusal(node, 'padding that does not count');
    return { ...attributes, count_include_pad: 1 };
  }
  return attributes;
}

function refuseUnknown(
  spec: OperatorSpec,
  node: onnx.INodeProto,
  given: Readonly<Record<string, AttributeValue>>,
): void {
  for (const [key, value] of Object.entries(given))
    if (!(key in (spec.attributes ?? {})) && !(key in harmless && (harmless[key] ?? value) === value))
      throw refusal(node, `${key} = ${value}`);
  const second = node.output!.slice(1).find((name) => name !== '');
  if (second) throw refusal(node, `a second output, "${second}"`);
}

/** ONNX writes 0 for "as in the input" (unless allowzero) and -1 for "whatever is left". */
function resolveShape(input: Shape, wanted: readonly number[], allowZero: boolean): number[] {
  const copied = wanted.map((n, axis) => (n === 0 && !allowZero ? input[axis] : n));
  const known = copied.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  return copied.map((n) => (n === -1 ? sizeOf(input) / known : n));
}
