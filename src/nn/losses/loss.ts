import type { OptionSchema, Shape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';

/** What a loss and a metric may know of the targets. */
export type TargetKind =
  | { readonly kind: 'classes'; readonly classes: number }
  | { readonly kind: 'numbers'; readonly width: number };

export interface Loss {
  readonly summary: string;
  readonly options: OptionSchema;
  /** Why the network's output and the targets do not fit this loss, or undefined where they do. */
  misfit(output: Shape, target: TargetKind, lastLayer: string): { expected: string; fix: string } | undefined;
  /** The loss of each row, [batch]; training minimizes their mean. */
  perRow(output: Value, target: Value, options: Readonly<Record<string, unknown>>): Value;
}

export function loss<S extends OptionSchema>(
  entry: Omit<Loss, 'options' | 'perRow'> & {
    options: S;
    perRow: (output: Value, target: Value, options: z.output<S>) => Value;
  },
): Loss {
  return entry as unknown as Loss;
}

/** [batch] as a column, to meet [batch, width]. */
export const columnShape = (value: Value) => ({ shape: [value.shape[0], 1] });
