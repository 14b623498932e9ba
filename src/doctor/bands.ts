/*
 * Length of an update divided by the length of the weights that it moves, in the first updates of networks that learn. About 0.001 is the usual advice
 * (the notes of CS231n, "Ratio of weights:updates"); DeepDiagnosis takes 1e-5 to 0.1 (Wardat et al. 2022), Deeplearning4j alarms outside of 1e-4 to 0.01.
 * An optimizer that divides by the size of the gradient moves every weight by about its rate, whatever the gradient: its first updates are
 * longer, up to 0.08 in the healthy networks of the suite. Biases have no band: they begin at 0.
 */

export interface Band {
  readonly low: number;
  readonly high: number;
}

const bands = {
  gradient: { low: 1e-5, high: 0.15 },
  sign: { low: 1e-5, high: 0.25 },
} satisfies Record<string, Band>;

const proportional = ['sgd', 'momentum', 'nesterov'];

/** Whether the steps of an optimizer are as long as the gradient times the rate, or as the rate alone. */
export const ratioKind = (optimizer: Readonly<Record<string, unknown>>): keyof typeof bands =>
  proportional.includes(Object.keys(optimizer)[0]) ? 'gradient' : 'sign';

/** The band of the update-to-weight ratio of weights. */
export const ratioBand = (optimizer: Readonly<Record<string, unknown>>): Band => bands[ratioKind(optimizer)];

/** Way that weights must be able to go in a whole run, in lengths of their own, to learn something: the sum of the ratios. */
export const leastWay = 0.1;
