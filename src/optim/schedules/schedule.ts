import type { OptionSchema, z } from '../../base/index.ts';

export interface Schedule<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  /** What the learning rate is multiplied with at an update (counted from 1) of a run of `total` updates. */
  factor(options: O, update: number, total: number): number;
}

export function schedule<S extends OptionSchema>(
  entry: Omit<Schedule<z.output<S>>, 'options'> & { options: S },
): Schedule {
  return entry as unknown as Schedule;
}
