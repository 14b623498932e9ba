import { activationScale } from './activationScale.ts';
import { activations } from './activations.ts';
import { constantFeatures } from './constantFeatures.ts';
import { deadUnits } from './deadUnits.ts';
import { duplicates } from './duplicates.ts';
import { featureMaps } from './featureMaps.ts';
import { finite } from './finite.ts';
import { gradientScale } from './gradientScale.ts';
import { gradients } from './gradients.ts';
import { imbalance } from './imbalance.ts';
import { initialLoss } from './initialLoss.ts';
import { initialWeights } from './initialWeights.ts';
import { labels } from './labels.ts';
import { leakage } from './leakage.ts';
import { outputRange } from './outputRange.ts';
import { overfit } from './overfit.ts';
import { penalties } from './penalties.ts';
import { rates } from './rates.ts';
import { rowsApart } from './rowsApart.ts';
import { saturation } from './saturation.ts';
import { splitMix } from './splitMix.ts';
import { symmetricUnits } from './symmetricUnits.ts';
import { targets } from './targets.ts';
import { units } from './units.ts';
import { unscaledInput } from './unscaledInput.ts';

/** Every check, from causes to effects: data, structure, first weights, training. To add one: a file beside these, a line here, and a section in docs/preflight.md. */
export const checks = {
  unscaledInput,
  constantFeatures,
  targets,
  imbalance,
  splitMix,
  duplicates,
  leakage,
  labels,
  activations,
  outputRange,
  featureMaps,
  units,
  initialWeights,
  symmetricUnits,
  deadUnits,
  saturation,
  activationScale,
  gradientScale,
  finite,
  penalties,
  initialLoss,
  rowsApart,
  gradients,
  rates,
  overfit,
};

export type CheckName = keyof typeof checks;
