import {
  type DType,
  formatShape,
  grouped,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  WellfitError,
} from '../base/index.ts';
import { Graph, liveNodes, type Node, reachable, type Value } from '../graph/index.ts';
import type { DecodedModel } from '../onnx/index.ts';
import { cast, reshape } from '../ops/index.ts';

/** A weight of an imported model. */
export interface ImportedTensor {
  /** Unique, as "layer.tensor". */
  readonly name: string;
  readonly tensor: Tensor;
  readonly trainable: boolean;
  /** Whether L2 and its kin apply: tensors of two axes or more yes, others no. */
  readonly decay: boolean;
}

/** The part of a trained model that is kept, ready to stand before the layers of a new one. */
export interface Imported {
  /** Of one row. */
  readonly input: Shape;
  readonly inputType: DType;
  /** Of one row of the logits, or where the last layer is replaced, of what it gets. Always one axis. */
  readonly output: Shape;
  readonly tensors: readonly ImportedTensor[];
  /** What was kept, for people: "8 operators kept of 9, 6 tensors (12,330 numbers), 2 trained". */
  readonly summary: string;
  /** The kept part over a batch of any size; `values` holds the trainable tensors by name, everything else is a constant. */
  apply(x: Value, values: ReadonlyMap<string, Value>): Value;
}

export interface ImportOptions {
  /** Where the model has several inputs or outputs, which one; found where it is clear. */
  readonly input?: string;
  readonly output?: string;
  /** Whether the last layer stays or is left out for a new one. */
  readonly head: 'keep' | 'replace';
  /** Nothing, every kept tensor, or those of these names or beginnings of names (as in the file, or as in `tensors`). */
  readonly freeze: boolean | readonly string[];
}

/** How many rows to decode a model for that is imported: a prime, so that the batch is recognized wherever its shapes name it. */
export const importRows = 7919;

/**
 * Takes a decoded model apart for training. What turns logits into probabilities or labels is left out, and with `head: 'replace'` the last
 * dense layer too. Weights are the constants that multiply or follow a product (Gemm, MatMul, Conv, ConvTranspose), scale and shift of
 * normalizations, and learned slopes; in a file of Wellfit those called "layer.tensor". Running statistics of batch normalization stay as they are.
 * @throws WellfitError where input, output or last layer cannot be told, or rows of a batch are mixed, with what was found
 */
export function importModel(
  { graph, metadata }: Pick<DecodedModel, 'graph' | 'metadata'>,
  options: ImportOptions,
): Imported {
  const logits = logitsOf(graph, options.output);
  const end = options.head === 'replace' ? beforeHead(logits) : logits;
  const nodes = reachable(graph, [end]);
  const feed = inputOf(nodes, end, options);
  const found = 'wellfit.version' in metadata ? ownWeights(nodes) : foreignWeights(nodes);
  const names = uniqueNames(found);
  const frozen = frozenAmong(found, names, options.freeze);
  const weights = new Map(
    found.map((value): [Value, ImportedTensor] => [value, describe(value, names.get(value)!, frozen.has(value))]),
  );
  const constants = new WeakMap<Graph, Map<Value, Value>>();
  const apply: Imported['apply'] = (x, values) => {
    const shared = constants.get(x.graph) ?? new Map<Value, Value>();
    constants.set(x.graph, shared);
    const move = (value: Value): Value => {
      const weight = weights.get(value);
      if (weight?.trainable) return values.get(weight.name)!;
      let known = shared.get(value);
      if (!known && value.source.kind === 'constant') {
        // A dot would make a weight of it when the file that is written next is read.
        known = x.graph.constant(value.source.tensor, weight?.name ?? value.name.replaceAll('.', '_'));
        shared.set(value, known);
      }
      return known!;
    };
    return flat(replay(nodes, feed, x, move).get(end) ?? x);
  };
  const input = feed.shape.slice(1);
  const width = rowsKeptApart(apply, feed, weights.values());
  const tensors = [...weights.values()];
  return { input, inputType: feed.dtype, output: [width], tensors, summary: summarize(graph, nodes, tensors), apply };
}

const describe = (value: Value, name: string, frozen: boolean): ImportedTensor => ({
  name,
  tensor: (value.source as { tensor: Tensor }).tensor,
  trainable: !frozen,
  decay: value.shape.length >= 2,
});

function summarize(graph: Graph, nodes: readonly Node[], tensors: readonly ImportedTensor[]): string {
  const numbers = tensors.reduce((n, { tensor }) => n + sizeOf(tensor.shape), 0);
  const trained = tensors.filter(({ trainable }) => trainable).length;
  const many = (n: number, what: string) => `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;
  return `${many(nodes.length, 'operator')} kept of ${grouped(liveNodes(graph).length)}, ${many(tensors.length, 'tensor')} (${many(numbers, 'number')}), ${grouped(trained)} trained`;
}

const isConstant = (value: Value): boolean => value.source.kind === 'constant';
const producer = (value: Value): Node | undefined => (value.source.kind === 'node' ? value.source.node : undefined);
const quoted = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(', ');

/** What turns logits into answers, and does not change what is learned. */
const answers = ['Softmax', 'LogSoftmax', 'Sigmoid', 'ArgMax', 'Cast'];

function withoutAnswer(value: Value): Value {
  const node = producer(value);
  if (!node) return value;
  if (answers.includes(node.op.name)) return withoutAnswer(node.inputs[0]);
  // A reshape between the logits and the probabilities belongs to the answer; one behind the logits does no harm.
  if (node.op.name !== 'Reshape') return value;
  const before = withoutAnswer(node.inputs[0]);
  return before === node.inputs[0] ? value : before;
}

/** The logits: the output without its answer; of several outputs the one that all others lead to or come from. */
function logitsOf(graph: Graph, wanted: string | undefined): Value {
  if (wanted !== undefined && !graph.outputs.has(wanted))
    throw new WellfitError('option', `the model has no output "${wanted}"`, {
      expected: `one of ${quoted(graph.outputs.keys())}`,
    });
  const chosen = wanted === undefined ? [...graph.outputs.values()] : [graph.outputs.get(wanted)!];
  const cut = [...new Set(chosen.map(withoutAnswer))];
  const last = cut.filter((value) => {
    const before = new Set<Value>([value, ...reachable(graph, [value]).map(({ output }) => output)]);
    return cut.every((other) => before.has(other));
  });
  if (last.length === 1) return last[0];
  throw new WellfitError('option', 'the model has several outputs, and it is not clear which one to train', {
    expected: `one of ${quoted(graph.outputs.keys())}`,
    fix: 'name one as the output',
  });
}

/** What the last product of the model gets: behind it stand at most a bias, a scale and a change of shape. */
function beforeHead(logits: Value): Value {
  const fail = (what: string) =>
    new WellfitError('option', 'the last layer of the model cannot be found, so it cannot be replaced', {
      expected: 'a dense layer (Gemm or MatMul with a constant matrix) before the output',
      received: `the output is computed by ${what}`,
      fix: 'keep the head, or name as the output a value that a dense layer gives',
    });
  let value = logits;
  for (;;) {
    const node = producer(value);
    if (!node) throw fail('nothing: it is an input');
    const { op, inputs, scope } = node;
    const changing = inputs.filter((input) => !isConstant(input));
    if (['Gemm', 'MatMul'].includes(op.name) && isConstant(inputs[1]) && changing.length === 1) {
      if (producer(inputs[0])) return inputs[0];
      throw new WellfitError('option', 'the model is one layer, so nothing is left of it when its head is replaced', {
        fix: 'keep the head, or train a new model',
      });
    }
    const passes = op.name === 'Reshape' || (['Add', 'Sub', 'Mul', 'Div'].includes(op.name) && changing.length === 1);
    if (!passes) throw fail(`${op.name}${scope ? ` ("${scope}")` : ''}`);
    value = changing[0];
  }
}

function inputOf(nodes: readonly Node[], end: Value, { input: wanted }: ImportOptions): Value {
  const read = new Set([end, ...nodes.flatMap(({ inputs }) => inputs)]);
  const feeds = [...read].filter(({ source }) => source.kind === 'feed');
  const names = feeds.map(({ name }) => name);
  const expected = `one input with a batch axis; the model reads ${names.length ? quoted(names) : 'none'}`;
  if (wanted !== undefined && !names.includes(wanted))
    throw new WellfitError('option', `the model has no input "${wanted}"`, { expected });
  if (feeds.length !== 1 || feeds[0].shape.length === 0)
    throw new WellfitError('option', `a model of ${feeds.length} inputs cannot be trained`, {
      expected,
      fix: 'export it with one input, [batch, …]',
    });
  return feeds[0];
}

/** Constants called as Wellfit calls parameters, but for the running statistics of batch normalization. */
function ownWeights(nodes: readonly Node[]): Value[] {
  const statistics = new Set(
    nodes.flatMap(({ op, inputs }) => (op.name === 'BatchNormalization' ? inputs.slice(3) : [])),
  );
  const named = (value: Value) => /^(member\d+\.)?[\w-]+\.[\w-]+$/.test(value.name) && value.dtype === 'float';
  return distinct(nodes.flatMap(({ inputs }) => inputs.filter((v) => isConstant(v) && named(v) && !statistics.has(v))));
}

const matrixProducts = ['Gemm', 'MatMul', 'Conv', 'ConvTranspose'];
/** Behind these an added constant is a bias. */
const biased = [...matrixProducts, 'Mul', 'Reshape', 'Transpose'];

/** Constants where layers have their weights. What stands before the first product is preprocessing. */
function foreignWeights(nodes: readonly Node[]): Value[] {
  const learned = new Set<Value>();
  const behind = new Set<Value>();
  for (const { op, inputs, output } of nodes) {
    const isProduct = matrixProducts.includes(op.name);
    const normalizes = op.name === 'BatchNormalization';
    const other = inputs.find((input) => !isConstant(input));
    const elementwise =
      other &&
      behind.has(other) &&
      (op.name === 'Mul' || (op.name === 'Add' && biased.includes(producer(other)?.op.name ?? '')));
    inputs.forEach((input, i) => {
      if (!isConstant(input) || input.dtype !== 'float' || input.shape.length === 0) return;
      if (isProduct || elementwise || (normalizes && (i === 1 || i === 2))) learned.add(input);
    });
    if (isProduct || normalizes || inputs.some((input) => behind.has(input))) behind.add(output);
  }
  return [...learned];
}

const distinct = (values: readonly Value[]): Value[] => [...new Set(values)];

/** "features.0.weight" becomes "features_0.weight"; a name without a layer gets its kind behind it. */
function uniqueNames(values: readonly Value[]): Map<Value, string> {
  const taken = new Set<string>();
  return new Map(
    values.map((value) => {
      const dot = value.name.lastIndexOf('.');
      const kind = value.shape.length >= 2 ? 'weight' : 'bias';
      const [layer, tensor] = dot > 0 ? [value.name.slice(0, dot), value.name.slice(dot + 1)] : [value.name, kind];
      const clean = (part: string) => part.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^_+(?=.)/, '');
      const stem = clean(layer);
      let name = `${stem}.${clean(tensor) || kind}`;
      for (let i = 2; taken.has(name); i++) name = `${stem}_${i}.${clean(tensor) || kind}`;
      taken.add(name);
      return [value, name];
    }),
  );
}

/** @throws WellfitError where a name matches no tensor */
function frozenAmong(
  values: readonly Value[],
  names: ReadonlyMap<Value, string>,
  freeze: ImportOptions['freeze'],
): Set<Value> {
  if (typeof freeze === 'boolean') return new Set(freeze ? values : []);
  // "conv" means conv1 too, but "layer1" does not mean layer10.
  const begins = (name: string, start: string) =>
    name.startsWith(start) && !/^\d\d$/.test(`${start.at(-1)}${name[start.length] ?? ''}`);
  const frozen = new Set<Value>();
  for (const start of freeze) {
    const hit = values.filter((value) => begins(value.name, start) || begins(names.get(value)!, start));
    if (hit.length === 0)
      throw new WellfitError('option', `no weight that is kept is called "${start}…"`, {
        expected: `names, or beginnings of: ${[...names.values()].join(', ')}`,
      });
    for (const value of hit) frozen.add(value);
  }
  return frozen;
}

/** The kept nodes over x, with shapes inferred anew. */
function replay(nodes: readonly Node[], feed: Value, x: Value, move: (value: Value) => Value): Map<Value, Value> {
  const { graph } = x;
  const made = new Map<Value, Value>([[feed, x.dtype === feed.dtype ? x : cast(x, { to: feed.dtype })]]);
  for (const node of nodes) {
    const { op, output, scope } = node;
    // Bytes that are floats already need not become bytes and floats again.
    if (op.name === 'Cast' && node.inputs[0] === feed && output.dtype === x.dtype) {
      made.set(output, x);
      continue;
    }
    const inputs = node.inputs.map((input) => made.get(input) ?? move(input));
    const build = () => graph.apply(op, inputs, followed(node, inputs, feed.shape[0]));
    made.set(output, scope ? graph.scope(scope, build) : build());
  }
  return made;
}

/** Sizes that a node names hold the batch that the model was read for (`rows`); here they follow the batch that comes. */
function followed(
  { op, inputs: [before], output, attributes }: Node,
  [now]: readonly Value[],
  rows: number,
): Node['attributes'] {
  const key = { Slice: 'ends', Resize: 'sizes', Reshape: 'shape', Expand: 'shape' }[op.name];
  if (!key || sameShape(before.shape, now.shape)) return attributes;
  const axis = before.shape.findIndex((n, i) => n !== now.shape[i]);
  const [was, is] = [before.shape[axis], now.shape[axis]];
  if (op.name === 'Slice') {
    const { axes, starts, ends } = attributes as Record<string, readonly number[]>;
    const whole = (i: number) => axes[i] === axis && starts[i] === 0 && ends[i] === was;
    return { ...attributes, ends: ends.map((end, i) => (whole(i) ? is : end)) };
  }
  const to =
    op.name === 'Reshape'
      ? reshapedAxis(before.shape, output.shape, axis, rows)
      : axis + output.shape.length - before.shape.length;
  const size = (output.shape[to] * is) / was;
  if (!Number.isInteger(size))
    throw new WellfitError(
      'shape',
      `${op.name} moves the batch axis of the imported model to where it cannot be followed`,
      {
        received: `${formatShape(before.shape)} to ${formatShape(output.shape)}, read for ${rows} rows`,
      },
    );
  return { ...attributes, [key]: output.shape.map((n, i) => (i === to ? size : n)) };
}

/** Where a reshape puts the batch: numbers keep their order, so as many lie outside of it as before, unless axes were joined. */
function reshapedAxis(from: Shape, to: Shape, axis: number, rows: number): number {
  const outside = sizeOf(from.slice(0, axis));
  return to.findIndex((n, i) => {
    const lead = sizeOf(to.slice(0, i));
    // One row leaves no trace in a shape: only what stands exactly there can be it.
    if (rows === 1) return lead === outside;
    return outside % lead === 0 && lead * n >= outside * rows && n % rows === 0;
  });
}

/** One axis a row. */
function flat(y: Value): Value {
  const [rows, ...row] = y.shape;
  return row.length === 1 ? y : reshape(y, { shape: [rows, sizeOf(row)] });
}

/** Runs the shapes for another batch: the answer must have as many rows. Returns the width of a row. */
function rowsKeptApart(apply: Imported['apply'], feed: Value, weights: Iterable<ImportedTensor>): number {
  const graph = new Graph();
  const rows = feed.shape[0] + 1;
  const x = graph.feed('x', feed.dtype, [rows, ...feed.shape.slice(1)]);
  const values = new Map([...weights].map(({ name, tensor: { shape } }) => [name, graph.state(name, 'float', shape)]));
  const y = apply(x, values);
  if (y.shape[0] === rows && y.dtype === 'float') return y.shape[1];
  throw new WellfitError('shape', 'the model does not give one row of numbers for each row that it gets', {
    expected: `float [${rows}, …] for ${rows} rows`,
    received: `${y.dtype} ${formatShape(y.shape)}`,
  });
}
