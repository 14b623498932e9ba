import { binaryCrossEntropy } from './binaryCrossEntropy.ts';
import { crossEntropy } from './crossEntropy.ts';
import { hinge } from './hinge.ts';
import { huber } from './huber.ts';
import { meanAbsoluteError } from './meanAbsoluteError.ts';
import { meanSquaredError } from './meanSquaredError.ts';
import { poisson } from './poisson.ts';

/** Every loss. To add one: a file beside these, and a line here. */
export const losses = {
  crossEntropy,
  binaryCrossEntropy,
  hinge,
  meanSquaredError,
  meanAbsoluteError,
  huber,
  poisson,
};

export type LossName = keyof typeof losses;

export type { Loss, Meaning, TargetKind } from './loss.ts';
