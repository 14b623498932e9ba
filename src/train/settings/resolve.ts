import { grouped, lookUp, type Picked, parseOptions, pick } from '../../base/index.ts';
import { type AugmentPlan, type Dataset, readAugment, readData } from '../../data/index.ts';
import {
  describeModel,
  type LossName,
  losses,
  type MetricName,
  type Model,
  type ModelLayer,
  metrics,
} from '../../nn/index.ts';
import {
  type ClipperName,
  clippers,
  type OptimizerName,
  optimizers,
  type RegularizerName,
  regularizers,
  type ScheduleName,
  schedules,
} from '../../optim/index.ts';
import { columnsStep, embeddedSlots, outputShape, type preprocessors, readPreprocess } from '../../preprocess/index.ts';
import { type AverageName, averages } from '../step/averaging.ts';
import { targetKind } from '../step/network.ts';
import { checkLoss, checkMetric, checkSnapshots, checkStopping, checkTarget } from './checks.ts';
import { checkKept, checkPreprocess, type From, readFrom } from './from.ts';
import { type Recipe, type RecipeName, recipes, type Situation } from './recipes.ts';
import {
  type Choice,
  type Ensemble,
  type ExperimentInput,
  experimentSchema,
  type Settings,
  type Stopping,
} from './schema.ts';

export interface Resolved {
  readonly settings: Settings;
  readonly chosen: readonly Choice[];
  readonly model: Model;
  readonly loss: Picked<LossName>;
  readonly metric: Picked<MetricName>;
  readonly optimizer: Picked<OptimizerName>;
  readonly schedule: Picked<ScheduleName>;
  readonly regularizers: readonly Picked<RegularizerName>[];
  readonly clip?: Picked<ClipperName>;
  readonly average?: Picked<AverageName>;
  readonly preprocess: readonly Picked<keyof typeof preprocessors>[];
  readonly augment?: AugmentPlan;
  /** The learning rate was asked to be found by a range test; until then the optimizer has its default. */
  readonly autoRate: boolean;
}

type Choose = <T>(setting: string, value: T | undefined, otherwise: T, why: string) => T;

/** Fills in what an experiment leaves out and refuses what does not fit the data, before anything is computed. */
export function resolve(experiment: unknown, dataset: Dataset): Resolved {
  readData((experiment as { data?: unknown } | undefined)?.data);
  const asked = parseOptions(experimentSchema, experiment, '');
  const chosen: Choice[] = [];
  const choose: Choose = (setting, value, otherwise, why) => {
    if (value !== undefined) return value;
    chosen.push({ setting, value: otherwise, why });
    return otherwise;
  };
  const target = targetKind(dataset);
  const classes = target.kind === 'classes';
  const targetWords = classes ? 'the targets are classes' : 'the targets are numbers';

  const by = asked.split?.by ?? 'row';
  const table = dataset.table !== undefined;
  const shares = table ? tableShares : usualShares;
  const split = {
    validation: choose('split.validation', asked.split?.validation, ...shares.validation),
    test: dataset.testRows ? 0 : choose('split.test', asked.split?.test, ...shares.test),
    seed: asked.split?.seed ?? 0,
    stratify: asked.split?.stratify ?? (classes && by !== 'time'),
    by,
  };
  const trainRows =
    asked.limit?.train ?? Math.floor((dataset.rows - (dataset.testRows ?? 0)) * (1 - split.validation - split.test));
  const from = asked.from && readFrom(asked.from, dataset, asked.model !== undefined);
  chosen.push(...(from?.chosen ?? []));
  const recipe = from && asked.model === undefined ? undefined : chooseRecipe(asked, dataset, choose);
  const situation = { rows: trainRows, classes, shape: dataset.shape };
  const given = withDefaults(asked, recipe, situation, chosen);
  const preprocess = readPreprocess(choose('preprocess', given.preprocess, ...usualPreprocess(dataset, from)));
  if (from) checkPreprocess(from, preprocess);
  const augment = given.augment?.length
    ? readAugment(given.augment, dataset.shape, dataset.features instanceof Uint8Array)
    : undefined;
  const shape = from?.own ? dataset.shape : outputShape(preprocess, dataset);
  const usualLoss = classes ? 'crossEntropy' : 'meanSquaredError';
  const lossEntry = choose(
    'loss',
    given.loss,
    from?.loss ?? usualLoss,
    from?.loss === undefined ? targetWords : 'the model was trained with it',
  );
  const loss = pick(losses, lossEntry, 'loss', 'loss');
  const outputs = target.kind === 'numbers' ? target.width : loss.kind === 'binaryCrossEntropy' ? 1 : target.classes;
  const slots = embeddedSlots(preprocess, dataset);
  const head = from?.settings.head === 'replace' ? [{ dense: { units: outputs } }] : [];
  const before = from?.imported.output ?? shape;
  const entries =
    recipe === undefined ? ((given.model ?? head) as unknown[]) : recipes[recipe].layers(before, outputs, situation);
  const origin = `the data set "${dataset.name}"`;
  const model = describeModel(withEmbedding(entries, slots), shape, origin, from?.imported);
  noteInitializers(model, chosen);
  checkLoss(loss, model, dataset);
  const metric = pick(
    metrics,
    choose(
      'metric',
      given.metric,
      classes || loss.kind === 'binaryCrossEntropy' ? 'accuracy' : 'rmse',
      loss.kind === 'binaryCrossEntropy' && !classes ? 'the targets are labels' : targetWords,
    ),
    'metric',
    'metric',
  );
  checkMetric(metric, loss.kind, dataset);
  const numbers = losses[loss.kind].output === 'numbers' && !classes;
  const targetScale =
    given.target ??
    // A last layer that is kept answers in the unit that it has learned.
    (numbers && from?.settings.head !== 'keep'
      ? choose('target', undefined, 'standardize', 'learned at mean 0 and deviation 1')
      : 'raw');
  checkTarget(targetScale, loss.kind, classes);
  if (from) checkKept(from, loss.kind, targetScale);
  const { optimizer, autoRate } = readOptimizer(
    withRate(choose('optimizer', given.optimizer, ...usualOptimizer(from)), given.lr),
  );
  const average = given.average === undefined ? undefined : pick(averages, given.average, 'average', 'average');
  const [usual, why] = usualSchedule(average?.kind, given.ensemble || undefined);
  const seed = given.seed ?? 0;
  const automatic = trainRows < 5000 ? 32 : 64;
  const batchSize = choose(
    'batchSize',
    given.batchSize,
    Math.min(automatic, trainRows),
    trainRows < 5000 ? 'fewer than 5,000 training rows' : '5,000 training rows or more',
  );
  const updatesPerEpoch = Math.ceil(trainRows / batchSize);
  const snapshots = given.ensemble && 'snapshots' in given.ensemble ? given.ensemble.snapshots : 1;
  const enough = Math.min(200, Math.max(20, Math.ceil(1500 / updatesPerEpoch)));
  const epochs = choose(
    'epochs',
    given.epochs,
    Math.ceil(enough / snapshots) * snapshots,
    `at most; an epoch has ${grouped(updatesPerEpoch)} updates`,
  );
  checkSnapshots(snapshots, epochs);
  const scheduleEntry = choose('schedule', given.schedule, usual(epochs), why);
  const schedule = pick(schedules, scheduleEntry, 'schedule', 'schedule');
  const whole = average?.kind === 'swa' || snapshots > 1;
  const run = { epochs, validation: split.validation, metric, whole };
  const earlyStopping = readStopping(given.earlyStopping, run, choose);
  const chosenRegularizers = Object.entries(given.regularize ?? {}).map(([kind, value]) =>
    pick(regularizers, { [kind]: value }, 'regularize', 'regularizer'),
  );
  const clip = given.clip && pick(clippers, given.clip, 'clip', 'way of clipping');
  const ensemble =
    given.ensemble &&
    ({
      ...given.ensemble,
      ...('members' in given.ensemble && { bag: given.ensemble.bag ?? table }),
      combine: given.ensemble.combine ?? 'probabilities',
    } as Ensemble);
  const named = ({ kind, options }: Picked) => (Object.keys(options).length > 0 ? { [kind]: options } : kind);
  return {
    settings: {
      data: given.data,
      split,
      limit: given.limit ?? {},
      preprocess: preprocess.map(named),
      augment: augment?.steps.map(named) ?? [],
      model: model.layers.map(({ name, kind, options }) => ({ [kind]: { name, ...options } })),
      loss: named(loss),
      metric: named(metric),
      target: targetScale,
      optimizer: { [optimizer.kind]: autoRate ? { ...optimizer.options, lr: 'auto' } : optimizer.options },
      schedule: named(schedule),
      regularize: Object.fromEntries(chosenRegularizers.map(({ kind, options }) => [kind, options])),
      ...(clip && { clip: { [clip.kind]: clip.options } }),
      ...(average && { average: { [average.kind]: average.options } }),
      ...(ensemble && { ensemble }),
      ...(from && { from: from.settings }),
      epochs,
      batchSize,
      seed,
      earlyStopping,
    },
    chosen,
    model,
    loss,
    metric,
    optimizer,
    schedule,
    regularizers: chosenRegularizers,
    clip,
    average,
    preprocess,
    augment,
    autoRate,
  };
}

/** Shares of the rows, and why. */
type Shares = Readonly<Record<'validation' | 'test', readonly [number, string]>>;

const usualShares: Shares = {
  validation: [0.1, 'one row in ten decides when to stop'],
  test: [0.1, 'one row in ten is kept for the final measure'],
};
const tableShares: Shares = {
  validation: [0.16, 'a fifth of what the test leaves decides'],
  test: [0.2, 'one row in five is kept for the final measure'],
};

/** The preprocessing that suits the data, and why; a model of Wellfit brings its own. */
function usualPreprocess(dataset: Dataset, from: From | undefined): [unknown[], string] {
  if (from?.own) return [[], 'it is inside the model'];
  if (dataset.table) return [[columnsStep(dataset, dataset.table)], 'each column by its kind'];
  if (from && dataset.features instanceof Uint8Array)
    return [['rescale'], 'pixels from 0 to 1 for a model made elsewhere'];
  const image = dataset.shape.length === 3;
  return [['standardize'], image ? 'center and scale each channel' : 'center and scale each feature'];
}

/** The recipe that the experiment names, or that suits the data; none where the experiment lists the layers. */
function chooseRecipe(asked: ExperimentInput, dataset: Dataset, choose: Choose): RecipeName | undefined {
  if (asked.model !== undefined && typeof asked.model !== 'string') return undefined;
  const [usual, why]: [RecipeName, string] = dataset.table
    ? ['tabular', 'the data is a table']
    : 'images' in asked.data
      ? ['photo', 'the data is a folder of images']
      : ['mlp', 'two hidden layers are a good first try'];
  return lookUp(recipes, choose('model', asked.model, usual, why), 'model', 'model');
}

/** What the recipe brings, where the experiment does not say otherwise. */
function withDefaults(
  asked: ExperimentInput,
  recipe: RecipeName | undefined,
  situation: Situation,
  chosen: Choice[],
): ExperimentInput {
  const defaults = recipe === undefined ? {} : ((recipes[recipe] as Recipe).defaults?.(situation) ?? {});
  const filled = Object.entries(defaults).filter(([setting]) => asked[setting as keyof typeof asked] === undefined);
  for (const [setting, value] of filled) chosen.push({ setting, value, why: `part of the recipe "${recipe}"` });
  return { ...asked, ...Object.fromEntries(filled) };
}

/** Codes of categories never reach a layer as numbers: where the model does not begin with "embed", it is put there. */
const withEmbedding = (entries: readonly unknown[], slots: readonly number[]): readonly unknown[] => {
  const [first] = entries;
  const begins = typeof first === 'object' && first !== null && 'embed' in first;
  return slots.length === 0 || begins ? entries : [{ embed: { slots } }, ...entries];
};

const usualOptimizer = (from: From | undefined): [string | Record<string, unknown>, string] =>
  from && from.settings.freeze !== true
    ? [{ adam: { lr: 0.0003 } }, 'small steps keep what the model has learned']
    : ['adam', 'needs the least tuning'];

/** The optimizer with the rate that was asked for beside it. */
function withRate(optimizer: unknown, lr: number | 'auto' | undefined): unknown {
  if (lr === undefined) return optimizer;
  if (typeof optimizer === 'string') return { [optimizer]: { lr } };
  const named = Object.entries(optimizer ?? {});
  // What is no optimizer is refused with everything else.
  return named.length === 1 ? { [named[0][0]]: { ...named[0][1], lr } } : optimizer;
}

/** "lr": "auto" is no number yet. */
function readOptimizer(entry: unknown): { optimizer: Picked<OptimizerName>; autoRate: boolean } {
  const [kind, options] = typeof entry === 'object' && entry !== null ? (Object.entries(entry)[0] ?? []) : [];
  const auto = kind !== undefined && (options as { lr?: unknown } | null)?.lr === 'auto';
  const { lr: _, ...rest } = (options ?? {}) as Record<string, unknown>;
  return { optimizer: pick(optimizers, auto ? { [kind]: rest } : entry, 'optimizer', 'optimizer'), autoRate: auto };
}

/** What to do with the rate where the experiment does not say; averages and snapshots want a rate of their own. */
function usualSchedule(
  average: AverageName | undefined,
  ensemble: { snapshots?: number } | { members: number } | undefined,
): [(epochs: number) => string | Record<string, unknown>, string] {
  const snapshots = ensemble && 'snapshots' in ensemble ? ensemble.snapshots : undefined;
  if (snapshots)
    return [(epochs) => ({ cosineRestarts: { period: epochs / snapshots } }), 'one fall for each snapshot'];
  if (average === 'swa') return [() => 'constant', 'averaged weights want a rate that stays high'];
  return [() => 'cosine', 'small steps at the end settle the weights'];
}

function readStopping(
  given: false | Partial<Stopping> | undefined,
  /** `whole`: the run counts on its last epochs. */
  {
    epochs,
    validation,
    metric,
    whole,
  }: { epochs: number; validation: number; metric: Picked<MetricName>; whole: boolean },
  choose: Choose,
): false | Stopping {
  const patience = Math.max(5, Math.ceil(epochs / 10));
  const fill = (rule: Partial<Stopping>): Stopping => {
    const watched = rule.metric ?? 'loss';
    return {
      metric: watched,
      direction: rule.direction ?? (watched === metric.kind ? metrics[metric.kind].better : 'lower'),
      patience: rule.patience ?? patience,
      minDelta: rule.minDelta ?? 0,
      warmup: rule.warmup ?? 0,
      restoreBest: rule.restoreBest ?? true,
    };
  };
  if (given === undefined) {
    const off = whole ? 'averages and snapshots need all epochs' : 'there are no validation rows';
    const on = validation > 0 && !whole;
    choose('earlyStopping', undefined, on && { patience }, on ? 'keeps the weights of the best epoch' : off);
    return on && fill({});
  }
  const stopping = given && fill(given);
  if (stopping) checkStopping(stopping, metric, { validation, whole });
  return stopping;
}

/** Records which initializer "auto" became, layer by layer. */
function noteInitializers(model: Model, chosen: Choice[]): void {
  const byInit = new Map<string, ModelLayer[]>();
  for (const layer of model.layers.filter(({ autoInit }) => autoInit)) {
    const init = typeof layer.options.init === 'string' ? layer.options.init : JSON.stringify(layer.options.init);
    byInit.set(init, [...(byInit.get(init) ?? []), layer]);
  }
  for (const [init, of] of byInit)
    chosen.push({
      setting: `init of ${of.map(({ name }) => name).join(', ')}`,
      value: init,
      why: 'follows the activation that comes next; xavier where none does',
    });
}
