import type { Dataset } from '../../data/index.ts';
import { resolve, type Settings } from '../../train/index.ts';
import type { Values } from './parameter.ts';

type Experiment = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, unknown>>;

/** An experiment with ranges, and the values that stand for what it would do without a search. */
export interface Usual {
  readonly template: Experiment;
  readonly values: Values;
}

/** Recipes of dense layers, whose depth, width and activation may be chosen. */
const dense = ['tabular', 'mlp'];
const activations = ['relu', 'silu', 'tanh'];
/** How far a rate may lie from the usual one. */
const reach = 10;
/** What a weight decay beside the steps may be, and a penalty in the loss. */
const [decays, penalties] = [
  [1e-4, 0.3],
  [1e-7, 1e-2],
];
const dropouts = [0, 0.5];

/**
 * What is worth searching in any experiment: the learning rate, what holds the weights back, and the batch size; for the recipes of dense layers
 * also their number, width, activation and dropout. What the experiment says itself stays as it is.
 */
export function usualSpace(experiment: Experiment, dataset: Dataset): Usual {
  const { settings, chosen } = resolve(experiment, dataset);
  const choice = (name: string) => chosen.find(({ setting }) => setting === name);
  const recipe = choice('model')?.value ?? experiment.model;
  const values: Record<string, number> = {};
  const batches = [Math.max(1, Math.round(settings.batchSize / 2)), settings.batchSize, 2 * settings.batchSize];
  if (choice('batchSize')) values.batchSize = 1;
  const layers =
    typeof recipe === 'string' && dense.includes(recipe)
      ? hidden(settings, values)
      : settings.model.map(dropped(values));
  return {
    template: {
      ...experiment,
      ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
      data: experiment.data,
      ...held(experiment, settings, values),
      ...(choice('batchSize') && { batchSize: { choice: batches } }),
      model: layers,
    },
    values,
  };
}

/** The learning rate around the usual one, and a weight decay or a penalty; a rate that was asked for stays. */
function held(
  { lr, optimizer, regularize }: Experiment,
  settings: Settings,
  values: Record<string, number>,
): Experiment {
  const [[kind, options]] = Object.entries(settings.optimizer as Record<string, Options>);
  const given =
    typeof optimizer === 'object' && optimizer !== null ? ((Object.values(optimizer)[0] ?? {}) as Options) : {};
  const usual = options.lr;
  const ranges: Record<string, unknown> = {};
  if (lr === undefined && given.lr === undefined && typeof usual === 'number') {
    ranges.lr = { log: [rounded(usual / reach), rounded(usual * reach)] };
    values[`optimizer.${kind}.lr`] = usual;
  }
  const decoupled = 'decay' in options;
  if (decoupled && given.decay === undefined) {
    ranges.decay = { log: decays };
    values[`optimizer.${kind}.decay`] = Math.max(decays[0], options.decay as number);
  }
  const penalty = !decoupled && regularize === undefined;
  if (penalty) values['regularize.l2'] = penalties[0];
  return {
    ...(lr !== undefined && { lr: undefined }),
    optimizer: { [kind]: { ...options, ...ranges } },
    ...(penalty && { regularize: { l2: { log: penalties } } }),
  };
}

const rounded = (x: number): number => Number(x.toPrecision(6));

/** One to three hidden layers between what comes first (flattening, embedding) and the answers. */
function hidden({ model }: Settings, values: Record<string, number>): unknown[] {
  const entries = model.map((entry) => Object.entries(entry as Record<string, Options>)[0]);
  const first = entries.findIndex(([kind]) => kind === 'dense');
  const last = entries.findLastIndex(([kind]) => kind === 'dense');
  const between = entries.slice(first, last);
  const path = `model.${first}`;
  values[`${path}.repeat`] = between.filter(([kind]) => kind === 'dense').length;
  let copy = -1;
  for (const [kind, options] of between) {
    if (kind === 'dense') {
      copy++;
      values[`${path}.${copy}.0.dense.units`] = options.units as number;
      values[`${path}.${copy}.2.dropout.rate`] = 0;
    } else if (kind === 'dropout') values[`${path}.${copy}.2.dropout.rate`] = options.rate as number;
    else values[`${path}.${copy}.1`] = activations.indexOf(kind);
  }
  const block = [
    { dense: { units: { int: [16, 512], log: true } } },
    { choice: activations },
    { dropout: { rate: { uniform: dropouts } } },
  ];
  return [...entries.slice(0, first).map(unnamed), { repeat: { int: [1, 3] }, layers: block }, unnamed(entries[last])];
}

/** Names count layers, of which there may be others now. */
const unnamed = ([kind, { name: _, ...options }]: [string, Options]): unknown => ({ [kind]: options });

/** Dropout wherever the model has some. */
const dropped =
  (values: Record<string, number>) =>
  (entry: unknown, i: number): unknown => {
    const [[kind, options]] = Object.entries(entry as Record<string, Options>);
    if (kind !== 'dropout') return entry;
    values[`model.${i}.dropout.rate`] = Math.min(dropouts[1], options.rate as number);
    return { dropout: { ...options, rate: { uniform: dropouts } } };
  };
