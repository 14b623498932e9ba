import type { History } from '../../../src/doctor/index.ts';
import type { LayerSignals, ParameterSignals, Signals } from '../../../src/monitor/index.ts';

/** What a tool says of a run. */
export interface Alarm {
  readonly symptom: string;
  /** The update from which on it is said. */
  readonly since: number;
  readonly layer?: string;
}

/** The published rules of another tool, over what Wellfit records. */
export interface Tool {
  readonly name: string;
  readonly source: string;
  /** Where the port differs from the tool, because the tool sees something else. */
  readonly differs: readonly string[];
  /** Every symptom, those that the tool takes for the cause first, with the rules of ours that say the same. */
  readonly symptoms: Readonly<Record<string, readonly string[]>>;
  look(history: History): Alarm[];
}

export const perEpoch = ({ rows, settings }: History): number => Math.ceil(rows.train / settings.batchSize);

/** The first look at which something holds of a layer. */
export function firstLayer(
  { signals }: History,
  holds: (layer: LayerSignals, signals: Signals, name: string) => boolean,
): Omit<Alarm, 'symptom'> | undefined {
  for (const one of signals)
    for (const [layer, measured] of Object.entries(one.layers))
      if (holds(measured, one, layer)) return { since: one.update, layer };
  return undefined;
}

/** The first look at which something holds of a weight. */
export function firstWeight(
  { signals }: History,
  holds: (weight: ParameterSignals, signals: Signals) => boolean,
): Omit<Alarm, 'symptom'> | undefined {
  for (const one of signals)
    for (const [layer, measured] of Object.entries(one.parameters))
      if (measured.kind === 'weight' && holds(measured, one)) return { since: one.update, layer };
  return undefined;
}

/** The root mean square of a gradient: at least its mean magnitude, and near it. */
export const size = ({ gradient, size }: ParameterSignals): number => gradient / Math.sqrt(size);

/** The first loss that is no number, or not a usable one. */
export function badLoss({ losses, stopped }: History, most = Number.POSITIVE_INFINITY): number | undefined {
  const at = losses.findIndex((loss) => !(Math.abs(loss) < most));
  if (at >= 0) return at + 1;
  return stopped?.fault?.update;
}

/** Training and validation accuracy of each epoch; regressions have none. */
export function accuracies({ epochs, target }: History): { train: number[]; validation: number[] } | undefined {
  if (target.kind !== 'classes') return undefined;
  return {
    train: epochs.map(({ train }) => train.metric ?? Number.NaN),
    validation: epochs.map(({ validation }) => validation?.metric ?? Number.NaN),
  };
}

/** Alarms of the symptoms that were seen, in the order of the list. */
export const alarms = (seen: Readonly<Record<string, Omit<Alarm, 'symptom'> | undefined>>): Alarm[] =>
  Object.entries(seen).flatMap(([symptom, found]) => (found ? [{ symptom, ...found }] : []));
