import type { Value } from '../graph/index.ts';
import { exp } from '../ops/index.ts';
import type { Meaning } from './losses/index.ts';

/** A network's output in the unit of the target, as graph nodes: rates where it gives their logarithms. */
export const answerOf = (output: Value, meaning: Meaning): Value => (meaning === 'logRates' ? exp(output) : output);

/** The same for numbers that were computed. */
export const answers = (outputs: ArrayLike<number>, meaning: Meaning): ArrayLike<number> =>
  meaning === 'logRates' ? Float64Array.from(outputs, Math.exp) : outputs;
