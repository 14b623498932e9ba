import type { Dataset } from '../../data/index.ts';
import { resolve, type Settings } from '../../train/index.ts';

type Experiment = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, unknown>>;

/** Recipes of dense layers, whose depth, width and activation may be chosen. */
const dense = ['tabular', 'mlp'];
/** How far a rate may lie from the usual one. */
const reach = 10;
/** What a weight decay beside the steps, and a penalty in the loss, may be. */
const decays = { beside: [1e-4, 0.3], penalty: [1e-7, 1e-2] };

/**
 * What is worth searching in any experiment: the learning rate, what holds the weights back, and the batch size; for the recipes of dense layers
 * also their number, width, activation and dropout. What the experiment says itself stays as it is.
 * @returns the whole experiment with ranges
 */
export function usualSpace(experiment: Experiment, dataset: Dataset): Experiment {
  const { settings, chosen } = resolve(experiment, dataset);
  const isFree = (setting: string) => chosen.some((choice) => choice.setting === setting);
  const recipe =
    isFree('model') || typeof experiment.model === 'string'
      ? String(chosen.find(({ setting }) => setting === 'model')?.value ?? experiment.model)
      : undefined;
  return {
    ...experiment,
    ...withoutUndefined({ ...settings, data: experiment.data }),
    ...optimizer(experiment, settings),
    ...(isFree('batchSize') && { batchSize: { choice: batches(settings.batchSize) } }),
    model: recipe && dense.includes(recipe) ? layers(settings) : settings.model.map(dropped),
    // What early stopping chose for itself, it chooses again.
    earlyStopping: experiment.earlyStopping ?? settings.earlyStopping,
  };
}

const withoutUndefined = (settings: object): Experiment =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

/** The learning rate around the usual one, and the weight decay; a rate that was asked for stays. */
function optimizer({ lr, optimizer: asked, regularize }: Experiment, settings: Settings): Experiment {
  const [[kind, options]] = Object.entries(settings.optimizer as Record<string, Options>);
  const given = typeof asked === 'object' && asked !== null ? ((Object.values(asked)[0] ?? {}) as Options) : {};
  const usual = typeof options.lr === 'number' ? options.lr : 0.001;
  const fixed = lr !== undefined || given.lr !== undefined;
  const decoupled = 'decay' in options && given.decay === undefined;
  return {
    lr: undefined,
    optimizer: {
      [kind]: {
        ...options,
        ...(!fixed && { lr: { log: [rounded(usual / reach), rounded(usual * reach)] } }),
        ...(decoupled && { decay: { log: decays.beside } }),
      },
    },
    ...(!decoupled && regularize === undefined && { regularize: { l2: { log: decays.penalty } } }),
  };
}

const rounded = (x: number): number => Number(x.toPrecision(6));

const batches = (usual: number): number[] => [Math.max(1, Math.round(usual / 2)), usual, 2 * usual];

/** One to three hidden layers between what comes first (flattening, embedding) and the answers. */
function layers({ model }: Settings): unknown[] {
  const isDense = (entry: unknown) => 'dense' in (entry as object);
  const first = model.findIndex(isDense);
  const [last] = model.slice(model.findLastIndex(isDense));
  return [
    ...model.slice(0, first).map(unnamed),
    {
      repeat: { int: [1, 3] },
      layers: [
        { dense: { units: { int: [32, 512], log: true } } },
        { choice: ['relu', 'silu', 'tanh'] },
        { dropout: { rate: { uniform: [0, 0.5] } } },
      ],
    },
    unnamed(last),
  ];
}

/** Names count layers, of which there may be others now. */
function unnamed(entry: unknown): unknown {
  const [[kind, { name: _, ...options }]] = Object.entries(entry as Record<string, Options>);
  return { [kind]: options };
}

/** Dropout wherever the model has some. */
function dropped(entry: unknown): unknown {
  const [[kind, options]] = Object.entries(entry as Record<string, Options>);
  return kind === 'dropout' ? { dropout: { ...options, rate: { uniform: [0, 0.5] } } } : entry;
}
