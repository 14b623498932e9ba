import { binaryCrossEntropy } from './binaryCrossEntropy.ts';
import { crossEntropy } from './crossEntropy.ts';
import { meanSquaredError } from './meanSquaredError.ts';

/** Every loss. To add one: a file beside these, and a line here. */
export const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError };

export type LossName = keyof typeof losses;

export type { Loss, TargetKind } from './loss.ts';
