import { type Shape, WellfitError } from '../base/index.ts';

interface Recipe {
  readonly summary: string;
  layers(input: Shape, outputs: number, rows: number): readonly unknown[];
}

const flat = (input: Shape) => (input.length > 1 ? ['flatten'] : []);
const hidden = (units: number) => [{ dense: { units } }, 'relu'];
const block = (filters: number) => [{ conv2d: { filters, kernel: 3, bias: false } }, 'batchNorm', 'relu', 'maxPool'];

/** Models by name, for those who do not want to write one. */
export const recipes = {
  linear: {
    summary: 'no hidden layer: the baseline that every network should beat',
    layers: (input, outputs) => [...flat(input), { dense: { units: outputs } }],
  },
  mlp: {
    summary: 'two hidden layers: 64 and 32 units, or 256 and 128 for 10,000 rows and more',
    layers: (input, outputs, rows) => [
      ...flat(input),
      ...(rows < 10_000 ? [...hidden(64), ...hidden(32)] : [...hidden(256), ...hidden(128)]),
      { dense: { units: outputs } },
    ],
  },
  cnn: {
    summary: 'images: 3x3 convolutions of 16, 32 (and 64) filters with batch normalization and pooling, then 64 units',
    layers(input, outputs) {
      if (input.length !== 3)
        throw new WellfitError('option', 'the model "cnn" needs images', {
          received: `rows of [${input}]`,
          fix: 'use the model "mlp"',
        });
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
} satisfies Record<string, Recipe>;
