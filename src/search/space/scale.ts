import type { NumericParameter, Parameter } from './parameter.ts';

/** A value in the scale in which a search draws evenly: its natural logarithm, or itself. */
export const toScale = ({ log }: NumericParameter, value: number): number => (log ? Math.log(value) : value);

/** The ends of a parameter in its scale; whole numbers own half a step on either side, so that the outer ones are as likely as the others. */
export function boundsOf(parameter: NumericParameter): readonly [low: number, high: number] {
  const { low, high } = parameter;
  const margin = parameter.kind === 'int' ? parameter.step / 2 : 0;
  return [toScale(parameter, low - margin), toScale(parameter, high + margin)];
}

/** The value that a point of the scale stands for: inside the range, and on its lattice. */
export function fromScale(parameter: NumericParameter, point: number): number {
  const { low, high } = parameter;
  const value = parameter.log ? Math.exp(point) : point;
  const nearest = parameter.kind === 'int' ? low + Math.round((value - low) / parameter.step) * parameter.step : value;
  return Math.min(high, Math.max(low, nearest));
}

/** How many values there are; infinite for any number between two. */
export function countOf(parameter: Parameter): number {
  if (parameter.kind === 'choice') return parameter.choices.length;
  if (parameter.kind === 'float') return Number.POSITIVE_INFINITY;
  return Math.round((parameter.high - parameter.low) / parameter.step) + 1;
}

/** The value at a place from 0 (included) to 1 (excluded) of the range, in its scale. */
export function atShare(parameter: Parameter, share: number): number {
  if (parameter.kind === 'choice')
    return Math.min(parameter.choices.length - 1, Math.floor(share * parameter.choices.length));
  const [low, high] = boundsOf(parameter);
  return fromScale(parameter, low + share * (high - low));
}
