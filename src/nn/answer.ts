import type { Value } from '../graph/index.ts';
import { exp } from '../ops/index.ts';
import type { Meaning, TargetKind } from './losses/index.ts';

/** A network's output in the unit of the target, as graph nodes: rates where it gives their logarithms. */
export const answerOf = (output: Value, meaning: Meaning): Value => (meaning === 'logRates' ? exp(output) : output);

/** The same for numbers that were computed. */
export const answers = (outputs: ArrayLike<number>, meaning: Meaning): ArrayLike<number> =>
  meaning === 'logRates' ? Float64Array.from(outputs, Math.exp) : outputs;

/** What a metric may take the targets for: zeros and ones are labels only where the network gives logits of them, else they are numbers. */
export const targetUnder = (target: TargetKind, meaning: Meaning): TargetKind =>
  target.kind === 'numbers' ? { ...target, labels: target.labels && meaning === 'logits' } : target;
