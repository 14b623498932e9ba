import { WellfitError } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { type Run, type TrainEvent, trainOn } from '../../train/index.ts';
import type { Change } from '../finding.ts';
import { Historian, type History } from '../history.ts';
import { type Score, scoreOf } from './score.ts';

/** One network that was trained to see what a change does. */
export interface Probed {
  readonly run: Run;
  readonly score: Score;
  readonly history: History;
  /** What its training told, in order. */
  readonly events: readonly TrainEvent[];
}

export interface ProbeOptions {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
}

/** The experiment with changes made to it, one after the other; the content of a model file, which no change holds, stays. */
export function changed(experiment: object, changes: readonly Change[]): Record<string, unknown> {
  const made: Record<string, unknown> = Object.assign({}, experiment, ...changes.map(({ settings }) => settings));
  const { from } = experiment as { readonly from?: object };
  return from ? { ...made, from: { ...from, ...(made.from as object) } } : made;
}

/**
 * Trains one network for so many epochs, with the first weights and batches of its seed, and scores it on the validation rows.
 * @returns undefined where the experiment with the change cannot be built
 */
export async function probe(
  dataset: Dataset,
  experiment: Record<string, unknown>,
  { epochs, seed }: { epochs: number; seed: number },
  { engine, signal }: ProbeOptions,
): Promise<Probed | undefined> {
  const historian = new Historian();
  const events: TrainEvent[] = [];
  try {
    const run = await trainOn(
      dataset,
      { ...experiment, epochs, seed, ensemble: false },
      {
        engine,
        signal,
        onEvent(event) {
          historian.observe(event);
          events.push(event);
        },
      },
    );
    return { run, score: await scoreOf(run, dataset, engine), history: historian.history!, events };
  } catch (error) {
    if (error instanceof WellfitError && error.kind !== 'interrupted') return undefined;
    throw error;
  }
}
