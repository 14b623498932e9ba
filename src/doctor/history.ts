import type { Signals } from '../monitor/index.ts';
import type { EpochRecord, Settings, Stop, TrainEvent } from '../train/index.ts';

type Start = Extract<TrainEvent, { kind: 'start' }>;

/** All that is known of the training of one network, so far. Rules see nothing else. */
export interface History extends Omit<Start, 'kind'> {
  readonly settings: Settings;
  /** Of the batch of each update, and its learning rate: the first is that of update 1. */
  readonly losses: readonly number[];
  readonly rates: readonly number[];
  readonly epochs: readonly EpochRecord[];
  readonly signals: readonly Signals[];
  readonly stopped?: Stop;
}

/** Folds the events of a training into its history; the arrays grow in place. A new "start" begins a new history. */
export class Historian {
  private known?: Mutable;

  get history(): History | undefined {
    return this.known;
  }

  observe(event: TrainEvent): void {
    if (event.kind === 'start') {
      const { kind: _, ...facts } = event;
      this.known = { ...facts, losses: [], rates: [], epochs: [], signals: [] };
      return;
    }
    const { known } = this;
    if (!known) return;
    if (event.kind === 'updates') {
      overwrite(known.losses, event.first - 1, event.loss);
      overwrite(known.rates, event.first - 1, event.lr);
    } else if (event.kind === 'signals') known.signals.push(event.signals);
    else if (event.kind === 'epoch') known.epochs.push(event.record);
    else if (event.kind === 'end') known.stopped = event.stopped;
  }
}

interface Mutable extends History {
  readonly losses: number[];
  readonly rates: number[];
  readonly epochs: EpochRecord[];
  readonly signals: Signals[];
  stopped?: Stop;
}

/** Puts values at a place and forgets what came after: a training that went back counts from there. What was not seen is NaN. */
function overwrite(into: number[], start: number, values: readonly number[]): void {
  while (into.length < start) into.push(Number.NaN);
  into.length = start;
  into.push(...values);
}
