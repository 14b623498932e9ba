/** Rules whose findings say that nothing, or little, was learned. */
export const stagnation = ['fallingSlowly', 'lateStart', 'underfitting', 'lossFlat', 'validationAtChance'] as const;

/** Rules whose findings say that the loss does not come to rest. */
export const unrest = ['diverged', 'notFinite', 'spikes', 'oscillation'] as const;

/** What steps that are far too long for the weights do inside a network. */
export const overshoot = [
  ...['updateRatioTooHigh', 'rateTooHigh', 'explodingGradient', 'explodingActivations', 'saturation', 'deadUnits'],
  ...['dyingUnits', 'layerNotTraining', ...unrest, ...stagnation],
] as const;

/** What signals that do not come through do to the training of a network. */
export const starvation = ['vanishingGradient', 'layerNotTraining', 'updateRatioTooLow', ...stagnation] as const;
