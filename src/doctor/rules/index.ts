import { augmentTooStrong } from './augmentTooStrong.ts';
import { batchStatistics } from './batchStatistics.ts';
import { batchTooLarge } from './batchTooLarge.ts';
import { bottleneck } from './bottleneck.ts';
import { clippingDominates } from './clippingDominates.ts';
import { constantInput } from './constantInput.ts';
import { deadUnits } from './deadUnits.ts';
import { diverged } from './diverged.ts';
import { dropoutTooHigh } from './dropoutTooHigh.ts';
import { dyingUnits } from './dyingUnits.ts';
import { explodingActivations } from './explodingActivations.ts';
import { explodingGradient } from './explodingGradient.ts';
import { fallingSlowly } from './fallingSlowly.ts';
import { imbalance } from './imbalance.ts';
import { initialScaleTooLarge } from './initialScaleTooLarge.ts';
import { initialScaleTooSmall } from './initialScaleTooSmall.ts';
import { lateStart } from './lateStart.ts';
import { layerNotTraining } from './layerNotTraining.ts';
import { lossFlat } from './lossFlat.ts';
import { lossMetricDisagree } from './lossMetricDisagree.ts';
import { noActivation } from './noActivation.ts';
import { noiseTooStrong } from './noiseTooStrong.ts';
import { noisyBatches } from './noisyBatches.ts';
import { notFinite } from './notFinite.ts';
import { oneSidedInputs } from './oneSidedInputs.ts';
import { oscillation } from './oscillation.ts';
import { outputRange } from './outputRange.ts';
import { overfitting } from './overfitting.ts';
import { rateTooHigh } from './rateTooHigh.ts';
import { regularizationDominates } from './regularizationDominates.ts';
import { sameBatch } from './sameBatch.ts';
import { saturation } from './saturation.ts';
import { scheduleHurts } from './scheduleHurts.ts';
import { spikes } from './spikes.ts';
import { stoppedTooEarly } from './stoppedTooEarly.ts';
import { symmetricUnits } from './symmetricUnits.ts';
import { underfitting } from './underfitting.ts';
import { unscaledInput } from './unscaledInput.ts';
import { unscaledTarget } from './unscaledTarget.ts';
import { updateRatioTooHigh } from './updateRatioTooHigh.ts';
import { updateRatioTooLow } from './updateRatioTooLow.ts';
import { validationAtChance } from './validationAtChance.ts';
import { validationTooGood } from './validationTooGood.ts';
import { vanishingGradient } from './vanishingGradient.ts';

/** Every rule, from causes to symptoms. To add one: a file beside these, a line here, and a page in docs/rules. */
export const rules = {
  constantInput,
  sameBatch,
  unscaledInput,
  unscaledTarget,
  symmetricUnits,
  initialScaleTooLarge,
  initialScaleTooSmall,
  noActivation,
  outputRange,
  noiseTooStrong,
  augmentTooStrong,
  dropoutTooHigh,
  clippingDominates,
  regularizationDominates,
  batchStatistics,
  noisyBatches,
  batchTooLarge,
  scheduleHurts,
  rateTooHigh,
  updateRatioTooHigh,
  explodingActivations,
  explodingGradient,
  vanishingGradient,
  saturation,
  deadUnits,
  dyingUnits,
  layerNotTraining,
  bottleneck,
  stoppedTooEarly,
  fallingSlowly,
  updateRatioTooLow,
  validationAtChance,
  imbalance,
  validationTooGood,
  overfitting,
  underfitting,
  spikes,
  notFinite,
  diverged,
  oscillation,
  lateStart,
  lossMetricDisagree,
  oneSidedInputs,
  lossFlat,
};

export type RuleName = keyof typeof rules;
