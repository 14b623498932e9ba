/** Any number between two; with `log`, even in its logarithm. */
export interface FloatParameter {
  readonly name: string;
  readonly kind: 'float';
  readonly low: number;
  /** Included, and above `low`. */
  readonly high: number;
  readonly log: boolean;
  readonly when?: Condition;
}

/** A whole number low, low + step, … up to high; with `log` (and a step of 1) even in its logarithm. */
export interface IntParameter {
  readonly name: string;
  readonly kind: 'int';
  readonly low: number;
  /** Included, and on the lattice. */
  readonly high: number;
  readonly step: number;
  readonly log: boolean;
  readonly when?: Condition;
}

/** One of several things; its value is the index of the thing. */
export interface ChoiceParameter {
  readonly name: string;
  readonly kind: 'choice';
  readonly choices: readonly unknown[];
  readonly when?: Condition;
}

export type NumericParameter = FloatParameter | IntParameter;
/** A setting that a search may choose. */
export type Parameter = NumericParameter | ChoiceParameter;

/** A parameter exists only where another one, a choice or a whole number, has one of these values. */
export interface Condition {
  readonly parameter: string;
  readonly is: readonly number[];
}

/** What may be chosen, each parameter after the one that its condition names. */
export type Space = readonly Parameter[];

/** A value for each parameter that exists: in its own unit, or the index of a choice. */
export type Values = Readonly<Record<string, number>>;

/** Whether a parameter exists beside the values of those before it. */
export const isActive = ({ when }: Parameter, values: Values): boolean =>
  when === undefined || (when.parameter in values && when.is.includes(values[when.parameter]));

/** Whether some parameters exist only beside certain values of others. */
export const isConditional = (space: Space): boolean => space.some(({ when }) => when !== undefined);

/** The parameters that exist beside these values. */
export const activeIn = (space: Space, values: Values): Space =>
  space.filter((parameter) => isActive(parameter, values));
