import { grouped, lookUp, type Picked, parseOptions, pick, WellfitError, z } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { describeModel, type LossName, losses, type MetricName, type Model, metrics } from '../nn/index.ts';
import {
  type OptimizerName,
  optimizers,
  type RegularizerName,
  regularizers,
  type ScheduleName,
  schedules,
} from '../optim/index.ts';
import { type preprocessors, preprocessSchema, readPreprocess } from '../preprocess/index.ts';
import { targetKind } from './network.ts';
import { recipes } from './recipes.ts';

const entry = z.union([z.string(), z.record(z.string(), z.unknown())]);
const rows = z.int().positive().optional();

/** One experiment, as a file, a search trial or a call writes it. Everything but the data may be left out. */
export const experimentSchema = z.strictObject({
  data: z.strictObject({ dataset: z.string() }),
  split: z
    .strictObject({
      validation: z.number().optional(),
      test: z.number().optional(),
      seed: z.int().optional(),
      stratify: z.boolean().optional(),
    })
    .optional(),
  limit: z.strictObject({ train: rows, validation: rows, test: rows }).optional(),
  preprocess: preprocessSchema.optional(),
  model: z.union([z.string(), z.array(entry)]).optional(),
  loss: entry.optional(),
  metric: z.string().optional(),
  optimizer: entry.optional(),
  schedule: entry.optional(),
  regularize: z.record(z.string(), z.unknown()).optional(),
  epochs: z.int().positive().optional(),
  batchSize: z.int().positive().optional(),
  seed: z.int().optional(),
  earlyStopping: z
    .union([
      z.literal(false),
      z.strictObject({ patience: z.int().positive(), minDelta: z.number().nonnegative().optional() }),
    ])
    .optional(),
});

export type Experiment = z.input<typeof experimentSchema>;

/** What was chosen for the user because the experiment left it out. */
export interface Choice {
  readonly setting: string;
  readonly value: unknown;
  readonly why: string;
}

/** The whole experiment with nothing left out; given to `train` again, it does the same run. */
export interface Settings {
  readonly data: { readonly dataset: string };
  readonly split: {
    readonly validation: number;
    readonly test: number;
    readonly seed: number;
    readonly stratify: boolean;
  };
  readonly limit: { readonly train?: number; readonly validation?: number; readonly test?: number };
  readonly preprocess: readonly unknown[];
  readonly model: readonly unknown[];
  readonly loss: unknown;
  readonly metric: MetricName;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly schedule: unknown;
  readonly regularize: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly earlyStopping: false | { readonly patience: number; readonly minDelta: number };
}

export interface Resolved {
  readonly settings: Settings;
  readonly chosen: readonly Choice[];
  readonly model: Model;
  readonly loss: Picked<LossName>;
  readonly optimizer: Picked<OptimizerName>;
  readonly schedule: Picked<ScheduleName>;
  readonly regularizers: readonly Picked<RegularizerName>[];
  readonly preprocess: readonly Picked<keyof typeof preprocessors>[];
}

/** Fills in what an experiment leaves out and refuses what does not fit the data, before anything is computed. */
export function resolve(experiment: unknown, dataset: Dataset): Resolved {
  const given = parseOptions(experimentSchema, experiment, '');
  const chosen: Choice[] = [];
  const choose = <T>(setting: string, value: T | undefined, otherwise: T, why: string): T => {
    if (value !== undefined) return value;
    chosen.push({ setting, value: otherwise, why });
    return otherwise;
  };
  const target = targetKind(dataset);
  const image = dataset.shape.length === 3;
  const classes = target.kind === 'classes';

  const split = {
    validation: choose('split.validation', given.split?.validation, 0.1, 'one row in ten decides when to stop'),
    test: dataset.testRows
      ? 0
      : choose('split.test', given.split?.test, 0.1, 'one row in ten is kept for the final measure'),
    seed: given.split?.seed ?? 0,
    stratify: given.split?.stratify ?? classes,
  };
  const oneLogit = given.loss === 'binaryCrossEntropy';
  const outputs = target.kind === 'numbers' ? target.width : oneLogit ? 1 : target.classes;
  const preprocess = choose(
    'preprocess',
    given.preprocess,
    ['standardize'],
    image ? 'center and scale each channel' : 'center and scale each feature',
  );
  const recipe =
    typeof given.model === 'string' || given.model === undefined
      ? choose('model', given.model, 'mlp', 'two hidden layers are a good first try')
      : undefined;
  const entries = recipe === undefined ? (given.model as unknown[]) : expandRecipe(recipe, dataset, outputs);
  const model = describeModel(entries, dataset.shape, `the data set "${dataset.name}"`);
  const loss = pick(
    losses,
    choose(
      'loss',
      given.loss,
      classes ? 'crossEntropy' : 'meanSquaredError',
      classes ? 'the targets are classes' : 'the targets are numbers',
    ),
    'loss',
    'loss',
  );
  checkLoss(loss.kind, model, dataset);
  const metric = choose(
    'metric',
    given.metric as MetricName | undefined,
    classes ? 'accuracy' : 'rmse',
    classes ? 'the targets are classes' : 'the targets are numbers',
  );
  checkMetric(metric, dataset);
  const optimizer = pick(
    optimizers,
    choose('optimizer', given.optimizer, 'adam', 'needs the least tuning'),
    'optimizer',
    'optimizer',
  );
  const schedule = pick(
    schedules,
    choose('schedule', given.schedule, 'cosine', 'small steps at the end settle the weights'),
    'schedule',
    'schedule',
  );
  const seed = given.seed ?? 0;
  const trainRows =
    given.limit?.train ?? Math.floor((dataset.rows - (dataset.testRows ?? 0)) * (1 - split.validation - split.test));
  const automatic = trainRows < 5000 ? 32 : 64;
  const batchSize = choose(
    'batchSize',
    given.batchSize,
    Math.min(automatic, trainRows),
    trainRows < 5000 ? 'fewer than 5,000 training rows' : '5,000 training rows or more',
  );
  const updatesPerEpoch = Math.ceil(trainRows / batchSize);
  const epochs = choose(
    'epochs',
    given.epochs,
    Math.min(200, Math.max(20, Math.ceil(1500 / updatesPerEpoch))),
    `at most; an epoch has ${grouped(updatesPerEpoch)} updates`,
  );
  const patience = Math.max(5, Math.ceil(epochs / 10));
  const earlyStopping = choose(
    'earlyStopping',
    given.earlyStopping === false ? false : given.earlyStopping && { minDelta: 0, ...given.earlyStopping },
    split.validation > 0 ? { patience, minDelta: 0 } : false,
    split.validation > 0 ? 'keeps the weights of the best epoch' : 'there are no validation rows',
  );
  if (earlyStopping && split.validation === 0)
    throw new WellfitError('option', 'early stopping needs validation rows', {
      received: 'split.validation = 0',
      fix: 'set split.validation to 0.1, or earlyStopping to false',
    });
  const chosenRegularizers = Object.entries(given.regularize ?? {}).map(([kind, value]) =>
    pick(regularizers, { [kind]: value }, 'regularize', 'regularizer'),
  );
  const picked = readPreprocess(preprocess);
  const named = ({ kind, options }: Picked) => (Object.keys(options).length > 0 ? { [kind]: options } : kind);
  return {
    settings: {
      data: given.data,
      split,
      limit: given.limit ?? {},
      preprocess: picked.map(named),
      model: model.layers.map(({ name, kind, options }) => ({ [kind]: { name, ...options } })),
      loss: named(loss),
      metric,
      optimizer: { [optimizer.kind]: optimizer.options },
      schedule: named(schedule),
      regularize: Object.fromEntries(chosenRegularizers.map(({ kind, options }) => [kind, options])),
      epochs,
      batchSize,
      seed,
      earlyStopping,
    },
    chosen,
    model,
    loss,
    optimizer,
    schedule,
    regularizers: chosenRegularizers,
    preprocess: picked,
  };
}

function expandRecipe(name: string, dataset: Dataset, outputs: number): readonly unknown[] {
  return recipes[lookUp(recipes, name, 'model', 'model')].layers(dataset.shape, outputs, dataset.rows);
}

function checkLoss(kind: LossName, model: Model, dataset: Dataset): void {
  const last = model.layers[model.layers.length - 1];
  const misfit = losses[kind].misfit(model.output, targetKind(dataset), last.kind);
  if (!misfit) return;
  throw new WellfitError(
    'option',
    `the loss "${kind}" does not fit the output of "${last.name}" or the targets of "${dataset.name}"`,
    {
      expected: misfit.expected,
      received: `${last.name} gives rows of [${model.output}]; the targets are ${dataset.targets.kind === 'classes' ? `${dataset.targets.classes.length} classes` : `${dataset.targets.width} numbers a row`}`,
      fix: misfit.fix,
    },
  );
}

function checkMetric(name: string, dataset: Dataset): void {
  const kind = lookUp(metrics, name, 'metric', 'metric');
  if (!metrics[kind].fits(targetKind(dataset)))
    throw new WellfitError('option', `the metric "${kind}" does not fit the targets of "${dataset.name}"`, {
      received: dataset.targets.kind,
      fix: dataset.targets.kind === 'classes' ? 'use "accuracy"' : 'use "rmse"',
    });
}

/** The data set that an experiment names. */
export function experimentName(experiment: unknown): string {
  return parseOptions(experimentSchema, experiment, '').data.dataset;
}
