import { describe, expect, test } from 'vitest';
import { liveNodes, verify } from '../../src/graph/index.ts';
import { decode } from '../../src/onnx/index.ts';
import { onnx } from '../../src/onnx/schema/onnx.js';
import { accepted, refusal } from './refusal.ts';
import { distanceToRuntime } from './runtime.ts';

type Attribute = number | string | readonly number[] | onnx.ITensorProto;
type Step = readonly [type: string, inputs: string, attributes?: Record<string, Attribute>, outputs?: string];

const attributeOf = (name: string, value: Attribute): onnx.IAttributeProto => {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === 'number')
    return floats.includes(name) ? { name, type: 1, f: value } : { name, type: 2, i: value };
  return Array.isArray(value) ? { name, type: 7, ints: [...value] } : { name, type: 4, t: value as onnx.ITensorProto };
};
const floats = ['alpha', 'beta', 'gamma', 'min', 'max', 'epsilon', 'ratio', 'value_float', 'value'];

const shaped = (shape: readonly (number | string)[], elemType = 1) => ({
  tensorType: {
    elemType,
    shape: { dim: shape.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })) },
  },
});

const float = (name: string, dims: number[], values: number[]) => ({ name, dims, dataType: 1, floatData: values });
const int64 = (name: string, values: number[], dims = [values.length]) => ({
  name,
  dims,
  dataType: 7,
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
const spread = (name: string, dims: number[]) =>
  float(
    name,
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(Math.sin(3 * i + 1))),
  );

/** A file as a foreign tool writes it: steps from x to y, each written [operator, inputs, attributes, outputs]. */
function file(
  x: readonly (number | string)[],
  steps: readonly Step[],
  constants: onnx.ITensorProto[] = [],
  version = 21,
) {
  const node = steps.map(([opType, inputs, attributes = {}, outputs], i) => ({
    opType,
    name: `node ${i}`,
    input: inputs ? inputs.split(' ').map((name) => (name === '_' ? '' : name)) : [],
    output: (outputs ?? (i === steps.length - 1 ? 'y' : `v${i}`)).split(' '),
    attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
  }));
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version }],
    graph: {
      name: 'g',
      node,
      initializer: constants,
      input: [{ name: 'x', type: shaped(x) }],
      output: [{ name: 'y', type: { tensorType: { elemType: 1 } } }],
    },
  }).finish();
}

const image = [2, 3, 7, 6];
const same = { kernel_shape: [3, 2], strides: [2, 2] };

const cases: Record<string, Uint8Array> = {
  Celu: file([3, 4], [['Celu', 'x', { alpha: 0.7 }]]),
  'Clip by inputs': file([3, 4], [['Clip', 'x lo hi']], [float('lo', [], [-0.3]), float('hi', [], [0.5])]),
  'Clip by inputs, one side': file([3, 4], [['Clip', 'x _ hi']], [float('hi', [], [0.5])]),
  'Clip by attributes': file([3, 4], [['Clip', 'x', { min: 0, max: 0.6 }]], [], 7),
  Elu: file([3, 4], [['Elu', 'x', { alpha: 1.3 }]]),
  Gelu: file([3, 4], [['Gelu', 'x']]),
  'Gelu by tanh': file([3, 4], [['Gelu', 'x', { approximate: 'tanh' }]]),
  HardSwish: file([3, 4], [['HardSwish', 'x']]),
  LeakyRelu: file([3, 4], [['LeakyRelu', 'x', { alpha: 0.3 }]]),
  'LeakyRelu as it is': file([3, 4], [['LeakyRelu', 'x']]),
  Mish: file([3, 4], [['Mish', 'x']]),
  PRelu: file(image, [['PRelu', 'x slope']], [spread('slope', [3, 1, 1])]),
  Selu: file([3, 4], [['Selu', 'x']]),
  Softplus: file([3, 4], [['Softplus', 'x']]),
  Softsign: file([3, 4], [['Softsign', 'x']]),
  ThresholdedRelu: file([3, 4], [['ThresholdedRelu', 'x', { alpha: 0.2 }]]),
  Dropout: file([3, 4], [['Dropout', 'x']]),
  'Dropout by attribute': file([3, 4], [['Dropout', 'x', { ratio: 0.5 }]], [], 7),
  Flatten: file(image, [['Flatten', 'x']]),
  'Flatten at another axis': file(image, [['Flatten', 'x', { axis: -1 }]]),
  'Flatten at axis 0': file(image, [['Flatten', 'x', { axis: 0 }]]),
  'Squeeze by input': file([2, 1, 3, 1], [['Squeeze', 'x axes']], [int64('axes', [-1])]),
  'Squeeze by attribute': file([2, 1, 3, 1], [['Squeeze', 'x', { axes: [1] }]], [], 11),
  'Squeeze everything': file([2, 1, 3, 1], [['Squeeze', 'x']]),
  'Unsqueeze by input': file([2, 3], [['Unsqueeze', 'x axes']], [int64('axes', [0, -1])]),
  'Unsqueeze by attribute': file([2, 3], [['Unsqueeze', 'x', { axes: [1, 2] }]], [], 11),
  GlobalAveragePool: file(image, [['GlobalAveragePool', 'x']]),
  GlobalMaxPool: file(image, [['GlobalMaxPool', 'x']]),
  'Sum of three': file(
    [3, 4],
    [
      ['Relu', 'x'],
      ['Sum', 'x v0 b'],
    ],
    [spread('b', [4])],
  ),
  'Sum of one': file([3, 4], [['Sum', 'x']]),
  'Mean of three': file(
    [3, 4],
    [
      ['Relu', 'x'],
      ['Mean', 'x v0 b'],
    ],
    [spread('b', [4])],
  ),
  'Max of three': file(
    [3, 4],
    [
      ['Neg', 'x'],
      ['Max', 'x v0 b'],
    ],
    [spread('b', [4])],
  ),
  'Min of three': file(
    [3, 4],
    [
      ['Neg', 'x'],
      ['Min', 'x v0 b'],
    ],
    [spread('b', [4])],
  ),
  'Gemm with alpha and beta': file(
    [3, 4],
    [['Gemm', 'x w b', { alpha: 0.5, beta: -2, transB: 1 }]],
    [spread('w', [2, 4]), spread('b', [2])],
  ),
  'MatMul and Add': file(
    [3, 4],
    [
      ['MatMul', 'x w'],
      ['Add', 'v0 b'],
    ],
    [spread('w', [4, 2]), spread('b', [2])],
  ),
  'MatMul with a transposed weight': file(
    [3, 4],
    [
      ['Transpose', 'w'],
      ['MatMul', 'x v0'],
    ],
    [spread('w', [2, 4])],
  ),
  'MatMul with a vector': file([3, 4], [['MatMul', 'x w']], [spread('w', [4])]),
  'Conv as it is': file(image, [['Conv', 'x w b']], [spread('w', [4, 3, 2, 3]), spread('b', [4])]),
  'Conv SAME_UPPER': file(
    image,
    [['Conv', 'x w', { auto_pad: 'SAME_UPPER', strides: [2, 3] }]],
    [spread('w', [4, 3, 2, 4])],
  ),
  'Conv SAME_LOWER': file(
    image,
    [['Conv', 'x w', { auto_pad: 'SAME_LOWER', strides: [2, 1] }]],
    [spread('w', [4, 3, 4, 2])],
  ),
  'Conv VALID': file(image, [['Conv', 'x w', { auto_pad: 'VALID' }]], [spread('w', [4, 3, 2, 3])]),
  'Conv over one axis': file(
    [2, 4, 9],
    [['Conv', 'x w b', { group: 2, pads: [2, 1], strides: [2], dilations: [2] }]],
    [spread('w', [6, 2, 3]), spread('b', [6])],
  ),
  'Conv over one axis, SAME_UPPER': file(
    [2, 2, 9],
    [['Conv', 'x w', { auto_pad: 'SAME_UPPER' }]],
    [spread('w', [3, 2, 4])],
  ),
  'ConvTranspose with a bias': file(
    image,
    [['ConvTranspose', 'x w b', { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }]],
    [spread('w', [3, 2, 3, 3]), spread('b', [2])],
  ),
  'ConvTranspose over one axis': file(
    [2, 3, 5],
    [['ConvTranspose', 'x w', { strides: [2] }]],
    [spread('w', [3, 2, 3])],
  ),
  'MaxPool SAME_UPPER': file(image, [['MaxPool', 'x', { ...same, auto_pad: 'SAME_UPPER' }]]),
  'MaxPool SAME_LOWER': file(image, [['MaxPool', 'x', { ...same, auto_pad: 'SAME_LOWER' }]]),
  'MaxPool rounded up': file(image, [['MaxPool', 'x', { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }]]),
  'MaxPool rounded up, padded': file(image, [
    ['MaxPool', 'x', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }],
  ]),
  'MaxPool over one axis': file([2, 3, 9], [['MaxPool', 'x', { kernel_shape: [3], strides: [2] }]]),
  'AveragePool padded': file(image, [['AveragePool', 'x', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }]]),
  'AveragePool padded, counted': file(image, [
    ['AveragePool', 'x', { kernel_shape: [3, 3], pads: [1, 0, 1, 2], count_include_pad: 1 }],
  ]),
  'AveragePool SAME_UPPER': file(image, [['AveragePool', 'x', { ...same, auto_pad: 'SAME_UPPER' }]]),
  'AveragePool rounded up': file(image, [
    ['AveragePool', 'x', { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }],
  ]),
  'AveragePool over one axis': file([2, 3, 9], [['AveragePool', 'x', { kernel_shape: [3], pads: [1, 1] }]]),
  BatchNormalization: file(
    image,
    [['BatchNormalization', 'x s b m v', { epsilon: 0.001 }]],
    [spread('s', [3]), spread('b', [3]), spread('m', [3]), float('v', [3], [0.5, 1, 2])],
  ),
  LayerNormalization: file([2, 3, 4], [['LayerNormalization', 'x s b']], [spread('s', [4]), spread('b', [4])]),
  'LayerNormalization over two axes': file(
    [2, 3, 4],
    [['LayerNormalization', 'x s', { axis: 1 }]],
    [spread('s', [3, 4])],
  ),
  InstanceNormalization: file(image, [['InstanceNormalization', 'x s b']], [spread('s', [3]), spread('b', [3])]),
  'Softmax along the channels': file(image, [['Softmax', 'x', { axis: 1 }]]),
  'Softmax before version 13': file(image, [['Softmax', 'x']], [], 11),
  'LogSoftmax before version 13': file([2, 3, 4], [['LogSoftmax', 'x', { axis: 2 }]], [], 11),
  'Reshape with -1 and 0': file(image, [['Reshape', 'x shape']], [int64('shape', [0, -1])]),
  'Reshape to a computed shape': file(
    ['batch', 3, 4],
    [
      ['Shape', 'x'],
      ['Gather', 'v0 zero', { axis: 0 }],
      ['Unsqueeze', 'v1 axes'],
      ['Concat', 'v2 rest', { axis: 0 }],
      ['Cast', 'v3', { to: 7 }],
      ['Reshape', 'x v4'],
    ],
    [int64('zero', [0], []), int64('axes', [0]), int64('rest', [-1])],
  ),
  'Reshape to a shape of arithmetic': file(
    ['batch', 4, 6],
    [
      ['Shape', 'x'],
      ['Slice', 'v0 one three'],
      ['ReduceProd', 'v1', { keepdims: 1 }],
      ['Div', 'v2 two'],
      ['Concat', 'minus v3', { axis: 0 }],
      ['Reshape', 'x v4'],
    ],
    [int64('one', [1]), int64('three', [3]), int64('two', [2]), int64('minus', [-1])],
    13,
  ),
  'Shape from start to end': file(
    ['batch', 3, 4],
    [
      ['Shape', 'x', { start: 0, end: -1 }],
      ['Concat', 'v0 two rest', { axis: 0 }],
      ['Reshape', 'x v1'],
    ],
    [int64('two', [2]), int64('rest', [-1])],
  ),
  'Expand to a computed shape': file(
    [2, 1, 4],
    [
      ['ConstantOfShape', 'rank', { value: int64('', [1]) }],
      ['Equal', 'want minus'],
      ['Where', 'v1 v0 want'],
      ['Expand', 'x v2'],
    ],
    [int64('rank', [3]), int64('want', [2, 3, -1]), int64('minus', [-1])],
  ),
  'Constant as a tensor': file(
    [3, 4],
    [
      ['Constant', '', { value: spread('', [4]) }],
      ['Add', 'x v0'],
    ],
  ),
  'Constant as a number': file(
    [3, 4],
    [
      ['Constant', '', { value_float: 0.5 }],
      ['Mul', 'x v0'],
    ],
  ),
  'Constant as whole numbers': file(
    [3, 4],
    [
      ['Constant', '', { value_ints: [2, 6] }],
      ['Reshape', 'x v0'],
    ],
  ),
  'Cast of whole numbers': file(
    [3, 4],
    [
      ['Cast', 'n', { to: 1 }],
      ['Div', 'x v0'],
    ],
    [int64('n', [3], [])],
  ),
  'Pow with a whole exponent': file([3, 4], [['Pow', 'x n']], [int64('n', [2], [])]),
  'half precision': file(
    [3, 2],
    [
      ['Cast', 'h', { to: 1 }],
      ['Mul', 'x v0'],
    ],
    [{ name: 'h', dims: [2], dataType: 10, int32Data: [0x3555, 0xc580] }],
  ),
  'double precision': file(
    [3, 2],
    [
      ['Cast', 'd', { to: 1 }],
      ['Mul', 'x v0'],
    ],
    [{ name: 'd', dims: [2], dataType: 11, doubleData: [0.5, -3] }],
  ),
  Transpose: file([2, 3, 4], [['Transpose', 'x', { perm: [2, 0, 1] }]]),
  'Transpose as it is': file([2, 3, 4], [['Transpose', 'x']]),
  Concat: file(
    [2, 3],
    [
      ['Relu', 'x'],
      ['Concat', 'x v0', { axis: -1 }],
    ],
  ),
  'Pad by inputs': file([2, 3], [['Pad', 'x pads value']], [int64('pads', [0, 1, 1, 2]), float('value', [], [3])]),
  'Pad by attributes': file([2, 3], [['Pad', 'x', { pads: [0, 1, 1, 2] }]], [], 7),
  'Pad of one axis': file([2, 3], [['Pad', 'x pads _ axes']], [int64('pads', [1, 2]), int64('axes', [-1])]),
  'Pad by amounts that are turned around, as PyTorch writes them': file(
    [1, 2, 3, 4],
    [
      ['ConstantOfShape', 'four', { value: int64('', [0]) }],
      ['Concat', 'amounts v0', { axis: 0 }],
      ['Reshape', 'v1 pairs'],
      ['Slice', 'v2 last before first back'],
      ['Transpose', 'v3', { perm: [1, 0] }],
      ['Reshape', 'v4 all'],
      ['Pad', 'x v5'],
    ],
    [
      int64('four', [4]),
      int64('amounts', [1, 2, 3, 0]),
      int64('pairs', [-1, 2]),
      int64('last', [-1]),
      int64('before', [-(2 ** 62)]),
      int64('first', [0]),
      int64('back', [-1]),
      int64('all', [-1]),
    ],
  ),
  'Split in halves': file(
    [2, 6],
    [
      ['Split', 'x', { axis: 1, num_outputs: 2 }, 'a b'],
      ['Sub', 'a b'],
    ],
  ),
  'Split by input': file(
    [2, 6],
    [
      ['Split', 'x sizes', { axis: 1 }, 'a b'],
      ['ReduceSum', 'b axes'],
      ['Mul', 'a v1'],
    ],
    [int64('sizes', [2, 4]), int64('axes', [1])],
    13,
  ),
  'Split by attribute': file(
    [2, 6],
    [
      ['Split', 'x', { axis: 1, split: [1, 5] }, 'a b'],
      ['Mul', 'a b'],
    ],
    [],
    11,
  ),
  'Slice by attributes': file(
    [3, 6],
    [['Slice', 'x', { starts: [-2, 1], ends: [2147483647, -1], axes: [0, 1] }]],
    [],
    9,
  ),
  'Slice by inputs': file(
    [3, 6],
    [['Slice', 'x s e a t']],
    [int64('s', [-5]), int64('e', [2 ** 62]), int64('a', [-1]), int64('t', [2])],
  ),
  'Gather along another axis': file([3, 5], [['Gather', 'x i', { axis: 1 }]], [int64('i', [-1, 0, 2])]),
  'Gather of one place': file([3, 5, 2], [['Gather', 'x i', { axis: 1 }]], [int64('i', [1], [])]),
  'ReduceMean by attribute': file(image, [['ReduceMean', 'x', { axes: [2, 3], keepdims: 0 }]], [], 13),
  'ReduceMean by input': file(image, [['ReduceMean', 'x axes']], [int64('axes', [-2, -1])]),
  'ReduceMin, L1 and L2': file(
    image,
    [
      ['ReduceMin', 'x axes'],
      ['ReduceL1', 'x axes'],
      ['ReduceL2', 'x axes'],
      ['Sum', 'v0 v1 v2'],
    ],
    [int64('axes', [1])],
  ),
  'Resize by whole scales': file([1, 2, 3, 4], [['Resize', 'x _ scales']], [float('scales', [4], [1, 1, 2, 3])]),
};

describe('what exporters write is read as ONNX Runtime reads it', () => {
  for (const [name, bytes] of Object.entries(cases))
    test(name, async () => {
      const { graph } = decode(bytes, 2);
      verify(graph);
      for (const seed of [1, 2]) expect(await distanceToRuntime(bytes, graph, seed)).toBeLessThan(1e-5);
    });
});

describe('what cannot be expressed is refused by the name of the operator and of the node', () => {
  const refused: Record<string, [Uint8Array, RegExp]> = {
    'an unknown operator': [
      file(
        [2, 3, 4, 4],
        [
          ['Relu', 'x'],
          ['LRN', 'v0'],
        ],
      ),
      /LRN.*node 1/,
    ],
    'three spatial axes': [
      file([1, 1, 4, 4, 4], [['MaxPool', 'x', { kernel_shape: [2, 2, 2] }]]),
      /MaxPool.*node 0.*3 spatial axes/,
    ],
    'dropout in training': [
      file(
        [2, 3],
        [['Dropout', 'x r t']],
        [float('r', [], [0.5]), { name: 't', dims: [], dataType: 9, int32Data: [1] }],
      ),
      /Dropout.*training/,
    ],
    'an axis that may have any size': [file(['batch', 'length'], [['Relu', 'x']]), /axis 1 of the input "x"/],
    'padding by reflection': [
      file([2, 3], [['Pad', 'x p', { mode: 'reflect' }]], [int64('p', [0, 1, 0, 1])]),
      /Pad.*reflect/,
    ],
    'negative steps': [
      file([2, 3], [['Slice', 'x s e a t']], [int64('s', [-1]), int64('e', [-9]), int64('a', [1]), int64('t', [-1])]),
      /Slice.*negative steps/,
    ],
    'a shape that is computed from numbers': [
      file(
        [2, 3],
        [
          ['Cast', 'x', { to: 7 }],
          ['Reshape', 'x v0'],
        ],
      ),
      /Reshape.*node 1[\s\S]*a constant/,
    ],
  };
  for (const [name, [bytes, words]] of Object.entries(refused))
    test(name, () => {
      expect(refusal(bytes)).toMatch(words);
      expect(refusal(bytes)).not.toBe(accepted);
    });
});

test('an output that cannot be read is left out, with the reason, where another can', () => {
  const model = onnx.ModelProto.decode(
    file(
      [2, 3],
      [
        ['Relu', 'x'],
        ['LRN', 'x', {}, 'z'],
      ],
    ),
  );
  model.graph!.node![0].output = ['y'];
  model.graph!.output!.push({ name: 'z' });
  const { graph, unread } = decode(onnx.ModelProto.encode(model).finish());
  expect([...graph.outputs.keys()]).toEqual(['y']);
  expect(unread.z).toMatch(/LRN/);
});

test('numbers in another file are asked for', () => {
  const outside = { ...spread('w', [3]), externalData: [{ key: 'location', value: 'w.bin' }], dataLocation: 1 };
  expect(refusal(file([2, 3], [['Add', 'x w']], [outside]))).toMatch(
    /"w" lie in another file[\s\S]*external_data=False/,
  );
});

describe('a model of Wellfit for tables', () => {
  const step = (opType: string, input: string[], output: string, docString: string) => ({
    opType,
    name: output,
    input: input,
    output: [output],
    docString,
  });
  const tables = (metadata: Record<string, string>) =>
    onnx.ModelProto.encode({
      irVersion: 10,
      producerName: 'wellfit',
      opsetImport: [
        { domain: '', version: 21 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      graph: {
        name: 'g',
        node: [
          { ...step('LabelEncoder', ['color'], 'code', 'columns'), domain: 'ai.onnx.ml' },
          { ...step('Concat', ['code', 'size'], 'features', 'columns'), attribute: [{ name: 'axis', type: 2, i: 1 }] },
          // A preprocessing step and a layer that happen to be called as the marks.
          step('Neg', ['features'], 'turned', 'columns'),
          step('MatMul', ['turned', 'dense1.weight'], 'plain', 'dense1'),
          step('Relu', ['plain'], 'logits', 'answer'),
          { ...step('ArgMax', ['logits'], 'place', 'answer'), attribute: [{ name: 'axis', type: 2, i: -1 }] },
          { ...step('ArrayFeatureExtractor', ['names', 'place'], 'label', 'answer'), domain: 'ai.onnx.ml' },
        ],
        initializer: [spread('dense1.weight', [2, 3]), { name: 'names', dims: [3], dataType: 8 }],
        input: [
          { name: 'color', type: shaped(['batch', 1], 8) },
          { name: 'size', type: shaped(['batch', 1]) },
        ],
        output: [
          { name: 'logits', type: shaped(['batch', 3]) },
          { name: 'label', type: shaped(['batch'], 8) },
        ],
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }).finish();

  test('is read from its features to its logits', () => {
    const { graph, unread } = decode(tables({}), 5);
    expect([...graph.feeds.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['features', 'float', [5, 2]],
    ]);
    expect([...graph.outputs].map(([name, { shape }]) => [name, shape])).toEqual([['logits', [5, 3]]]);
    expect(liveNodes(graph).map(({ op, scope }) => `${scope} ${op.name}`)).toEqual([
      'columns Neg',
      'dense1 MatMul',
      'answer Relu',
    ]);
    expect(unread).toEqual({});
  });
});
