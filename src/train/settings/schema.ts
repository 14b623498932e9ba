import { z } from '../../base/index.ts';
import { type DataSettings, dataSchema } from '../../data/index.ts';
import { preprocessSchema } from '../../preprocess/index.ts';

const entry = z.union([z.string(), z.record(z.string(), z.unknown())]);
const rows = z.int().positive().optional();

export const splitSchema = z.strictObject({
  validation: z.number().optional(),
  test: z.number().optional(),
  seed: z.int().optional(),
  stratify: z.boolean().optional(),
  by: z.enum(['row', 'group', 'time']).optional(),
});

const earlyStoppingSchema = z.strictObject({
  /** "loss", or the metric of the run by name. */
  metric: z.string().optional(),
  direction: z.enum(['lower', 'higher']).optional(),
  patience: z.int().positive().optional(),
  minDelta: z.number().nonnegative().optional(),
  /** Epochs before patience is counted. */
  warmup: z.int().nonnegative().optional(),
  restoreBest: z.boolean().optional(),
});

const ensembleSchema = z.union([
  z.strictObject({
    members: z.int().min(2),
    /** Each member trains on other rows: it is validated on a fold of its own. */
    bag: z.boolean().optional(),
    combine: z.enum(['probabilities', 'logits']).optional(),
  }),
  z.strictObject({ snapshots: z.int().min(2), combine: z.enum(['probabilities', 'logits']).optional() }),
]);

const fromSchema = z.strictObject({
  /** The path of an ONNX file. */
  model: z.string(),
  head: z.enum(['keep', 'replace']).optional(),
  /** All earlier layers, none, or those whose names begin so. */
  freeze: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** The content of the file, for those who read it themselves. */
  bytes: z.custom<Uint8Array>((given) => given instanceof Uint8Array, 'must be a Uint8Array').optional(),
  /** What the content hashes to: where it is given, another content is refused. */
  hash: z.string().optional(),
});

/** The model that a training is to go on from. */
export type FromAsked = z.output<typeof fromSchema>;

/** One experiment, as a file, a search trial or a call writes it. Everything but the data may be left out. */
export const experimentSchema = z.strictObject({
  data: dataSchema,
  split: splitSchema.optional(),
  limit: z.strictObject({ train: rows, validation: rows, test: rows }).optional(),
  preprocess: preprocessSchema.optional(),
  augment: z.array(entry).optional(),
  model: z.union([z.string(), z.array(entry)]).optional(),
  loss: entry.optional(),
  metric: entry.optional(),
  target: z.enum(['standardize', 'raw']).optional(),
  optimizer: entry.optional(),
  /** The rate of the optimizer, whichever it is, and checked by it; "auto" looks for it. */
  lr: (z.unknown() as z.ZodType<number | 'auto'>).optional(),
  schedule: entry.optional(),
  regularize: z.record(z.string(), z.unknown()).optional(),
  clip: z.record(z.string(), z.unknown()).optional(),
  average: entry.optional(),
  from: fromSchema.optional(),
  /** false for one network where the recipe would train several. */
  ensemble: z.union([z.literal(false), ensembleSchema]).optional(),
  epochs: z.int().positive().optional(),
  batchSize: z.int().positive().optional(),
  seed: z.int().optional(),
  earlyStopping: z.union([z.literal(false), earlyStoppingSchema]).optional(),
});

export type Experiment = z.input<typeof experimentSchema>;
/** An experiment that was read. */
export type ExperimentInput = z.output<typeof experimentSchema>;

/** What was chosen for the user because the experiment left it out. */
export interface Choice {
  readonly setting: string;
  readonly value: unknown;
  readonly why: string;
}

export interface Stopping {
  /** "loss" or the name of the metric. */
  readonly metric: string;
  readonly direction: 'lower' | 'higher';
  readonly patience: number;
  readonly minDelta: number;
  readonly warmup: number;
  readonly restoreBest: boolean;
}

export type Combine = 'probabilities' | 'logits';
export type Ensemble =
  | { readonly members: number; readonly bag: boolean; readonly combine: Combine }
  | { readonly snapshots: number; readonly combine: Combine };

export interface FromSettings {
  readonly model: string;
  readonly head: 'keep' | 'replace';
  readonly freeze: boolean | readonly string[];
  readonly hash: string;
}

/** The whole experiment with nothing left out; given to `train` again, it does the same run. */
export interface Settings {
  readonly data: DataSettings;
  readonly split: {
    readonly validation: number;
    readonly test: number;
    readonly seed: number;
    readonly stratify: boolean;
    readonly by: 'row' | 'group' | 'time';
  };
  readonly limit: { readonly train?: number; readonly validation?: number; readonly test?: number };
  readonly preprocess: readonly unknown[];
  readonly augment: readonly unknown[];
  readonly model: readonly unknown[];
  readonly loss: unknown;
  readonly metric: unknown;
  /** Whether the network learns numbers of mean 0 and deviation 1, and answers in the unit of the target. */
  readonly target: 'standardize' | 'raw';
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly schedule: unknown;
  readonly regularize: Readonly<Record<string, unknown>>;
  readonly clip?: Readonly<Record<string, unknown>>;
  readonly average?: Readonly<Record<string, unknown>>;
  readonly ensemble?: Ensemble;
  /** The model that the training went on from; `model` lists the layers after it. */
  readonly from?: FromSettings;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly earlyStopping: false | Stopping;
}
