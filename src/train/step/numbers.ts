import type { Picked } from '../../base/index.ts';
import {
  type Optimizer,
  optimizers,
  type Position,
  type Regularizer,
  rateFactor,
  regularizers,
} from '../../optim/index.ts';
import type { Resolved } from '../settings/resolve.ts';
import { type EmaOptions, keptShare } from './averaging.ts';
import type { Network } from './network.ts';

/** The learning rate "lr" and everything that a step is fed besides its rows and random keys, by name, for an update counted from 1. */
export type Numbers = (update: number) => Readonly<Record<string, number>>;

/** How long a run is, and what it has seen so far. */
export type RunLength = Pick<Position, 'total' | 'perEpoch' | 'losses'> & {
  /** Rows of the training split. */
  readonly rows: number;
  /** What the rate of the schedule is multiplied by; 1. */
  readonly slower?: number;
};

export const regularizerScalar = ({ kind }: Picked, name: string): string => `${kind}.${name}`;

/** The numbers of a run; the learning rate follows the schedule unless a rate is given. */
export function numbersOf(
  {
    optimizer,
    schedule,
    regularizers: chosen,
    clip,
    average,
  }: Pick<Resolved, 'optimizer' | 'schedule' | 'regularizers' | 'clip' | 'average'>,
  run: RunLength,
  rate?: (update: number) => number,
): Numbers {
  const base = optimizer.options.lr as number;
  return (update) => {
    const lr = rate?.(update) ?? base * rateFactor(schedule, { ...run, update }) * (run.slower ?? 1);
    const numbers: Record<string, number> = {
      lr,
      ...optimizers[optimizer.kind].scalars(optimizer.options, lr, update),
    };
    for (const entry of chosen) {
      const own = (regularizers[entry.kind] as Regularizer).scalars(entry.options, { lr, rows: run.rows });
      for (const [name, value] of Object.entries(own)) numbers[regularizerScalar(entry, name)] = value;
    }
    if (clip) numbers['clip.limit'] = clip.options.limit as number;
    if (average?.kind === 'ema') {
      numbers['average.kept'] = keptShare(average.options as EmaOptions, update);
      numbers['average.taken'] = 1 - numbers['average.kept'];
    }
    return numbers;
  };
}

/** The names of the numbers that a compiled step takes, in the order in which they are fed. */
export function numberNames(network: Network): string[] {
  const { kind, options } = network.optimizer;
  return [
    ...Object.keys((optimizers[kind] as Optimizer).scalars(options, 1, 1)),
    ...network.regularizers.flatMap((entry) =>
      Object.keys((regularizers[entry.kind] as Regularizer).scalars(entry.options, { lr: 1, rows: 1 })).map((name) =>
        regularizerScalar(entry, name),
      ),
    ),
    ...(network.clip ? ['clip.limit'] : []),
    ...(network.averaged ? ['average.kept', 'average.taken'] : []),
  ];
}
