import type { LayerSignals, ParameterSignals, Signals } from '../monitor/index.ts';
import { entriesOf, isNormalization } from './changes.ts';
import type { History } from './history.ts';
import { progressOf } from './progress.ts';

/** Looks at the first updates, before training has changed what the network was built as. */
const earliest = 50;
/** Updates after which a run can be called a failure so far; after which a cause that can be read off may be told of. */
const [enough, soon] = [200, 50];
/** Times the start and guessing that the last losses stand at where training makes a run worse; healthy ones stay below 1.3. */
const worse = 3;

export const earlyLooks = ({ signals }: History): Signals[] => signals.filter(({ update }) => update <= earliest);

/** Share of what guessing leaves that was learned; 0 where nothing is known. */
export const liftOf = (history: History): number => progressOf(history)?.lift ?? 0;

/**
 * Whether a run that is over, had time enough, or has become worse than it began, has learned less than a share of what guessing leaves. `certain`:
 * what else was seen leaves no doubt, so that fifty updates are time enough.
 */
export function learnedLess(history: History, share: number, certain = false): boolean {
  return (isRipe(history, certain ? soon - 1 : enough) || isWorse(history)) && !(liftOf(history) >= share);
}

/** Whether a run is over, or had so many updates or half of its own. */
export function isRipe({ losses, stopped, settings, rows }: History, updates = enough): boolean {
  const planned = settings.epochs * Math.ceil(rows.train / settings.batchSize);
  return stopped !== undefined || losses.length >= Math.min(updates, planned / 2);
}

/** Whether the last losses stand far above both the first one and that of guessing. */
function isWorse(history: History): boolean {
  const progress = progressOf(history);
  if (!progress || progress.updates < 3) return false;
  const level = median(history.losses.slice(-5));
  return level > worse * Math.max(progress.first, progress.constant) || history.losses.at(-1) === Infinity;
}

/** Root mean square of what a layer gives. */
export const sizeOfValues = ({ mean, deviation }: LayerSignals): number => Math.hypot(mean, deviation);

export interface Weights extends ParameterSignals {
  readonly layer: string;
}

/** The weights of layers, in order; of an imported model too. */
export const weightsOf = ({ parameters }: Signals): Weights[] =>
  Object.entries(parameters).flatMap(([name, signals]) =>
    signals.kind === 'weight' ? [{ ...signals, layer: layerOf(name) }] : [],
  );

export const layerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('.'));

export interface Linear {
  readonly name: string;
  /** What it is given, as far as it was looked at. */
  readonly before: LayerSignals;
  readonly own: LayerSignals;
  readonly weights: Weights;
  /** What stands right behind it among the layers that are looked at. */
  readonly next?: { readonly name: string; readonly signals: LayerSignals };
  readonly last: boolean;
}

/** Dense layers and convolutions with all that was seen of them in one look, in order. */
export function linearLayers(look: Signals): Linear[] {
  const weights = new Map(weightsOf(look).map((one) => [one.layer, one]));
  const layers = Object.entries(look.layers);
  const found = layers.flatMap(([name, own], i) => {
    const mine = weights.get(name);
    if (!mine || (own.kind !== 'dense' && own.kind !== 'conv2d')) return [];
    const next = layers[i + 1] && { name: layers[i + 1][0], signals: layers[i + 1][1] };
    return [{ ...{ name, own, next }, before: layers[i - 1]?.[1] ?? look.input, weights: mine }];
  });
  return found.map((one, i) => ({ ...one, last: i === found.length - 1 }));
}

/** Length of the weights that lead into a unit: what it multiplies the size of independent inputs by. */
export const gainOf = ({ weights, own }: Linear): number => weights.weight / Math.sqrt(own.units);

/** Layers whose size matters: no normalization behind them divides it away. */
export function unnormalized({ settings }: History, linear: readonly Linear[]): Linear[] {
  const entries = entriesOf(settings);
  return linear.filter(({ name }) => {
    const at = entries.findIndex(({ options }) => options.name === name);
    return !(at >= 0 && at + 1 < entries.length && isNormalization(entries[at + 1].kind));
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The product, without overflow on the way. */
export const product = (factors: readonly number[]): number =>
  Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0));
