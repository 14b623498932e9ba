import { type Tensor, z } from '../../base/index.ts';

/** Ways to average the weights over the run. To add one: an entry here, and what uses it in the step or the loop. */
export const averages = {
  /**
   * Exponential moving average after every update t, a <- d a + (1 - d) w, beginning with a copy of the first updated weights; running statistics
   * are averaged too (PyTorch's AveragedModel with get_ema_multi_avg_fn and use_buffers). With `warmup` d is min(decay, (1 + t) / (10 + t)), as
   * TensorFlow's num_updates and timm's use_warmup, so that a short run does not drag its first weights along; without it d is decay, as in
   * PyTorch. Validation, early stopping and the model file use the average.
   */
  ema: {
    summary: 'exponential moving average of the weights, after every update',
    options: z.strictObject({ decay: z.number().min(0).lt(1).default(0.999), warmup: z.boolean().default(true) }),
    lead: 'decay',
  },
  /**
   * Stochastic weight averaging (Izmailov et al. 2018): the mean of the weights after each epoch from `start` on, a fraction of the epochs;
   * running statistics are measured again for the mean. Meant for a rate that stays high.
   */
  swa: {
    summary: 'stochastic weight averaging: mean of the weights of the last epochs',
    options: z.strictObject({ start: z.number().min(0).lt(1).default(0.75) }),
    lead: 'start',
  },
} as const;

export type AverageName = keyof typeof averages;

export type EmaOptions = z.output<(typeof averages)['ema']['options']>;

export const averageState = (name: string): string => `${name}/average`;

/** The share of the old average that stays at an update, counted from 1: the first one starts the average. */
export const keptShare = ({ decay, warmup }: EmaOptions, update: number): number => {
  if (update === 1) return 0;
  return warmup ? Math.min(decay, (1 + update) / (10 + update)) : decay;
};

type Weights = ReadonlyMap<string, Tensor>;

/** A mean of several sets of weights, taken in one after the other. */
export class RunningMean {
  count: number;
  private readonly sums: Map<string, Float64Array>;

  /** Goes on from what `state` gave. */
  constructor(count = 0, sums: Weights = new Map()) {
    this.count = count;
    this.sums = new Map([...sums].map(([name, { data }]) => [name, Float64Array.from(data)]));
  }

  get state(): Weights {
    return new Map(
      [...this.sums].map(([name, sum]) => [name, { dtype: 'float', shape: [sum.length], data: sum.slice() }]),
    );
  }

  add(weights: Weights): void {
    this.count++;
    for (const [name, { data }] of weights) {
      const sum = this.sums.get(name);
      if (!sum) this.sums.set(name, Float64Array.from(data));
      else for (let i = 0; i < sum.length; i++) sum[i] += data[i];
    }
  }

  /** The mean, with the types and shapes of `like`. */
  mean(like: Weights): Map<string, Tensor> {
    return new Map(
      [...like].map(([name, tensor]) => {
        const data = tensor.data.slice();
        this.sums.get(name)!.forEach((sum, i) => {
          data[i] = sum / this.count;
        });
        return [name, { ...tensor, data }];
      }),
    );
  }
}
