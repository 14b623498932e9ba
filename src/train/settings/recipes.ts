import { type Shape, WellfitError } from '../../base/index.ts';
import type { Experiment } from './schema.ts';

/** What a recipe may know of the task. */
export interface Situation {
  /** Rows to train on, about. */
  readonly rows: number;
  readonly classes: boolean;
  /** Shape of a row as the data has it. */
  readonly shape: Shape;
}

/** What a recipe brings beside the layers; the experiment's own settings come first. */
export type RecipeDefaults = Pick<
  Experiment,
  'augment' | 'optimizer' | 'schedule' | 'batchSize' | 'epochs' | 'earlyStopping' | 'ensemble'
>;

export interface Recipe {
  readonly summary: string;
  layers(input: Shape, outputs: number, situation: Situation): readonly unknown[];
  defaults?(situation: Situation): RecipeDefaults;
}

const flat = (input: Shape) => (input.length > 1 ? ['flatten'] : []);
const hidden = (units: number) => [{ dense: { units } }, 'relu'];
const convolution = (filters: number, stride = 1) => [
  { conv2d: { filters, kernel: 3, stride, bias: false } },
  'batchNorm',
  'relu',
];
const block = (filters: number) => [...convolution(filters), 'maxPool'];

function requireImages(model: string, input: Shape): void {
  if (input.length === 3) return;
  throw new WellfitError('option', `the model "${model}" needs images`, {
    received: `rows of [${input}]`,
    fix: 'use the model "mlp"',
  });
}

/** How long to train on how many rows: more rows need fewer passes, and leave less for several networks to add. */
const tableSizes = [
  { most: 1500, batch: 64, lr: 0.002, epochs: 60, members: 5 },
  { most: 6000, batch: 128, lr: 0.002, epochs: 40, members: 5 },
  { most: 25_000, batch: 256, lr: 0.002, epochs: 24, members: 4 },
  { most: 200_000, batch: 512, lr: 0.003, epochs: 12, members: 3 },
  { most: 1_000_000, batch: 1024, lr: 0.003, epochs: 6, members: 2 },
  { most: Number.POSITIVE_INFINITY, batch: 2048, lr: 0.003, epochs: 3, members: 2 },
];

/** Models by name, for those who do not want to write one. */
export const recipes = {
  linear: {
    summary: 'no hidden layer: the baseline that every network should beat',
    layers: (input, outputs) => [...flat(input), { dense: { units: outputs } }],
  },
  mlp: {
    summary: 'two hidden layers: 64 and 32 units, or 256 and 128 for 10,000 rows and more',
    layers: (input, outputs, { rows }) => [
      ...flat(input),
      ...(rows < 10_000 ? [...hidden(64), ...hidden(32)] : [...hidden(256), ...hidden(128)]),
      { dense: { units: outputs } },
    ],
  },
  cnn: {
    summary: 'images: 3x3 convolutions of 16, 32 (and 64) filters with batch normalization and pooling, then 64 units',
    layers(input, outputs) {
      requireImages('cnn', input);
      const small = Math.min(input[1], input[2]) < 32;
      return [
        ...block(16),
        ...block(32),
        ...(small ? [] : block(64)),
        'flatten',
        ...hidden(64),
        { dropout: { rate: 0.2 } },
        { dense: { units: outputs } },
      ];
    },
  },
  photo: {
    summary:
      'photographs: pairs of 3x3 convolutions of 32, 64 and 128 filters with batch normalization, flipped and shifted',
    layers(input, outputs) {
      requireImages('photo', input);
      const side = Math.min(input[1], input[2]);
      const pair = (filters: number) => [...convolution(filters), ...convolution(filters)];
      return [
        // Large pictures are halved at once: a quarter of the work.
        ...(side >= 48 ? [...convolution(32, 2), ...convolution(32)] : pair(32)),
        ...(side >= 8 ? ['maxPool', ...pair(64)] : []),
        ...(side >= 16 ? ['maxPool', ...pair(128)] : []),
        'globalAveragePool',
        { dropout: { rate: 0.2 } },
        { dense: { units: outputs } },
      ];
    },
    defaults({ rows, shape: [channels] }) {
      const epochs = rows < 1000 ? 100 : rows < 5000 ? 40 : rows < 25_000 ? 20 : 12;
      return {
        augment: [
          // Grey images are often drawings and writing, which mean something else in a mirror.
          ...(channels === 3 ? ['horizontalFlip'] : []),
          { shift: 0.125 },
        ],
        optimizer: { adamw: { lr: 0.003, decay: 0.05 } },
        schedule: 'oneCycle',
        epochs,
        // While the rate is high the validation rows say little; the best epoch is kept all the same.
        earlyStopping: { patience: epochs },
      };
    },
  },
  tabular: {
    summary: 'tables: two layers of 256 units with dropout; several networks on different rows answer together',
    layers(input, outputs, { rows, classes }) {
      // Measured on real tables: kinks fit few numbers better, smooth functions everything else.
      const activation = !classes && rows < 10_000 ? 'relu' : 'silu';
      return [
        ...flat(input),
        ...[1, 2].flatMap(() => [{ dense: { units: 256 } }, activation, { dropout: { rate: 0.15 } }]),
        { dense: { units: outputs } },
      ];
    },
    defaults({ rows, classes }) {
      const { batch, lr, epochs, members } = tableSizes.find(({ most }) => rows < most)!;
      const batchSize = Math.min(batch, rows);
      const updates = epochs * Math.ceil(rows / batchSize);
      return {
        optimizer: { adamw: { lr, beta2: 0.95, decay: 0.01 } },
        schedule: { cosine: { warmup: Math.round(updates / 20) } },
        batchSize,
        epochs,
        // Classes are learned by heart sooner than numbers, which are learned best to the end.
        earlyStopping: classes ? { patience: epochs } : false,
        ensemble: { members, bag: true },
      };
    },
  },
} satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof recipes;
