import {
  formatShape,
  hashText,
  type Picked,
  parseOptions,
  pick,
  Random,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  WellfitError,
  z,
} from '../base/index.ts';
import type { Value } from '../graph/index.ts';
import type { Imported } from './imported.ts';
import { initializers } from './initializers/index.ts';
import { type Layer, type LayerName, layers, type ParameterSpec, type StateSpec } from './layers/index.ts';

export interface ModelLayer {
  /** Unique in the model: "dense1", or what the experiment calls it. */
  readonly name: string;
  readonly kind: LayerName;
  readonly options: Readonly<Record<string, unknown>>;
  /** The initializer was "auto"; `options` says which it became. */
  readonly autoInit: boolean;
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: Readonly<Record<string, ParameterSpec & { readonly initializer: Picked }>>;
  readonly state: Readonly<Record<string, StateSpec>>;
}

/** A network before it has numbers: layers in order, every shape and parameter known. */
export interface Model {
  /** What a trained model gave; it stands before the layers, which act on its output. */
  readonly imported?: Imported;
  readonly input: Shape;
  readonly output: Shape;
  readonly layers: readonly ModelLayer[];
  readonly parameterCount: number;
}

/**
 * Reads a model as an experiment writes it, for rows of the given shape. With `imported` the layers come after it, and there may be none.
 * @throws WellfitError naming the layer: unknown kinds and options, shapes that do not fit (with where they come from), names used twice; where
 * the imported model takes other rows, or nothing is left to train
 */
export function describeModel(
  entries: readonly unknown[],
  input: Shape,
  origin = 'the data',
  imported?: Imported,
): Model {
  if (entries.length === 0 && !imported)
    throw new WellfitError('option', 'the model has no layers', { fix: 'give at least { "dense": { "units": … } }' });
  const picked = entries.map((entry, i) => takeName(entry, `model[${i}]`));
  const counts = new Map<string, number>();
  const built: ModelLayer[] = [];
  if (imported) requireRows(imported, input, origin);
  let shape = imported?.output ?? input;
  let from = imported ? 'the imported model' : origin;
  const taken = new Set(imported?.tensors.map(({ name }) => name.slice(0, name.lastIndexOf('.'))));
  picked.forEach(({ kind, options, given }, i) => {
    const entry: Layer = layers[kind];
    let count = (counts.get(kind) ?? 0) + 1;
    while (!given && taken.has(`${kind}${count}`)) count++;
    counts.set(kind, count);
    const name = given ?? `${kind}${count}`;
    if (taken.has(name) || built.some((l) => l.name === name))
      throw new WellfitError('option', `model[${i}]: two layers are called "${name}"`, {
        fix: 'give each its own name',
      });
    const output = outputOf(entry, name, kind, shape, from, options);
    const next = picked
      .slice(i + 1)
      .map((p) => (layers[p.kind] as Layer).suits?.(p.options))
      .find((s) => s !== undefined);
    const autoInit = options.init === 'auto';
    const settled = autoInit ? { ...options, init: next ?? 'xavier' } : options;
    const specs = entry.parameters?.(shape, settled) ?? {};
    // "auto" follows the activation that comes next; the output layer gets Xavier.
    const parameters = Object.fromEntries(
      Object.entries(specs).map(([key, spec]) => [
        key,
        { ...spec, initializer: pick(initializers, spec.init, `${name}.${key}`, 'initializer') },
      ]),
    );
    built.push({
      name,
      kind,
      options: settled,
      autoInit,
      input: shape,
      output,
      parameters,
      state: entry.state?.(shape, options) ?? {},
    });
    shape = output;
    from = name;
  });
  const model = { ...(imported && { imported }), input, output: shape, layers: built };
  const parameterCount = parametersOf(model).reduce((n, { spec }) => n + sizeOf(spec.shape), 0);
  if (imported && parameterCount === 0)
    throw new WellfitError('option', 'nothing in the model can be trained', {
      received: imported.summary,
      fix: 'freeze less of the imported model, or replace its head',
    });
  return { ...model, parameterCount };
}

function requireRows(imported: Imported, input: Shape, origin: string): void {
  if (sameShape(imported.input, input)) return;
  const sorted = (shape: Shape) => [...shape].sort((a, b) => a - b);
  const turned = input.length > 1 && sameShape(sorted(imported.input), sorted(input));
  throw new WellfitError('shape', `${origin} and the imported model do not fit together`, {
    expected: `rows of ${formatShape(imported.input)}, which the model takes`,
    received: `rows of ${formatShape(input)} from ${origin}`,
    ...(turned && { likely: 'the model takes images with their channels at the other end' }),
    fix:
      imported.input.length === 3 && input.length === 3
        ? 'give images of that size, or take another model'
        : 'give data of that shape, or take another model',
  });
}

/** Any layer may carry a `name` among its options. */
function takeName(entry: unknown, where: string) {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return { ...pick(layers, entry, where, 'layer'), given: undefined };
  const [kind, options] = Object.entries(entry)[0] ?? [];
  if (kind === undefined || typeof options !== 'object' || options === null)
    return { ...pick(layers, entry, where, 'layer'), given: undefined };
  const { name, ...rest } = options as Record<string, unknown>;
  const given =
    name === undefined
      ? undefined
      : parseOptions(z.string().regex(/^[\w-]+$/, 'must be letters, digits, - and _'), name, `${where}.${kind}.name`);
  return { ...pick(layers, { ...entry, [kind]: rest }, where, 'layer'), given };
}

function outputOf(
  entry: Layer,
  name: string,
  kind: string,
  input: Shape,
  from: string,
  options: Readonly<Record<string, unknown>>,
): Shape {
  try {
    return entry.output(input, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new WellfitError('shape', `layer "${name}" (${kind}) ${error.message}`, {
      received: `rows of ${formatShape(input)} from ${from}`,
    });
  }
}

export const parameterName = (layer: ModelLayer, key: string): string => `${layer.name}.${key}`;

type ParameterEntry = ModelLayer['parameters'][string] & {
  /** The numbers that an imported tensor has already, instead of drawn ones. */
  readonly first?: Tensor;
};

/** Every trainable tensor with its full name, in layer order; those of an imported model come first. */
export const parametersOf = (model: Pick<Model, 'imported' | 'layers'>): { name: string; spec: ParameterEntry }[] => [
  ...(model.imported?.tensors ?? []).flatMap((tensor) => (tensor.trainable ? [importedEntry(tensor)] : [])),
  ...model.layers.flatMap((layer) =>
    Object.entries(layer.parameters).map(([key, spec]) => ({ name: parameterName(layer, key), spec })),
  ),
];

function importedEntry({ name, tensor, decay }: Imported['tensors'][number]): { name: string; spec: ParameterEntry } {
  const initializer = { kind: 'zeros', options: {} } as const;
  return { name, spec: { shape: tensor.shape, init: 'zeros', fanIn: 1, fanOut: 1, decay, initializer, first: tensor } };
}

/** Every tensor that training moves without gradients. */
export const statesOf = (model: Model): { name: string; spec: StateSpec }[] =>
  model.layers.flatMap((layer) =>
    Object.entries(layer.state).map(([key, spec]) => ({ name: parameterName(layer, key), spec })),
  );

/** First values of parameters and states: an imported tensor's own, else numbers that depend on (seed, the parameter's name) alone. */
export function initialize(model: Model, seed: number): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  for (const { name, spec } of parametersOf(model)) {
    if (spec.first) {
      values.set(name, { ...spec.first, data: Float64Array.from(spec.first.data) });
      continue;
    }
    const { kind, options } = spec.initializer;
    const data = initializers[kind as keyof typeof initializers].draw(spec, options, new Random(seed, hashText(name)));
    values.set(name, { dtype: 'float', shape: spec.shape, data });
  }
  for (const { name, spec } of statesOf(model))
    values.set(name, { dtype: 'float', shape: spec.shape, data: new Float64Array(sizeOf(spec.shape)).fill(spec.fill) });
  return values;
}

export interface Forward {
  /** Parameters and states by full name. */
  readonly values: ReadonlyMap<string, Value>;
  readonly training: boolean;
  /** Makes the random numbers of layers; training only. */
  readonly randomness?: Randomness;
}

export interface Randomness {
  mask(layer: string, shape: Shape, keep: number): Value;
  uniform(layer: string, shape: Shape): Value;
}

/** An activation that never falls goes behind a max pooling that follows it: the same numbers, with a quarter of the work. */
function poolFirst(order: readonly ModelLayer[]): ModelLayer[] {
  const swapped = [...order];
  for (let i = 0; i + 1 < swapped.length; i++)
    if ((layers[swapped[i].kind] as Layer).monotone && swapped[i + 1].kind === 'maxPool')
      [swapped[i], swapped[i + 1]] = [swapped[i + 1], swapped[i]];
  return swapped;
}

function requireRandomness(randomness: Randomness | undefined, layer: ModelLayer): Randomness {
  if (!randomness) throw new WellfitError('graph', `layer "${layer.name}" asked for randomness outside of training`);
  return randomness;
}

/**
 * Builds the network over a batch; every node carries its layer's name. `updates` are new contents of states, `outputs` what each layer gives,
 * by its name.
 */
export function forward(
  model: Model,
  input: Value,
  { values, training, randomness }: Forward,
): { output: Value; updates: Map<string, Value>; outputs: Map<string, Value> } {
  const updates = new Map<string, Value>();
  const outputs = new Map<string, Value>();
  const { imported } = model;
  let x = imported ? input.graph.scope('imported', () => imported.apply(input, values)) : input;
  for (const layer of poolFirst(model.layers)) {
    const named = (keys: object) =>
      Object.fromEntries(Object.keys(keys).map((key) => [key, values.get(parameterName(layer, key))!]));
    x = input.graph.scope(layer.name, () =>
      (layers[layer.kind] as Layer).apply(x, {
        options: layer.options,
        parameters: named(layer.parameters),
        state: named(layer.state),
        training,
        update: (key, value) => updates.set(parameterName(layer, key), value),
        mask: (shape, keep) => requireRandomness(randomness, layer).mask(layer.name, shape, keep),
        uniform: (shape, stream) => requireRandomness(randomness, layer).uniform(`${layer.name}.${stream}`, shape),
      }),
    );
    outputs.set(layer.name, x);
  }
  return { output: x, updates, outputs };
}
