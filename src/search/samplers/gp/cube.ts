import { isActive, type Parameter, type Space, type Values } from '../../space/parameter.ts';
import { boundsOf, fromScale, toScale } from '../../space/scale.ts';

/** Where the process sees a parameter that does not exist: the middle, or a choice of its own. */
const absent = ({ kind }: Parameter): number => (kind === 'choice' ? -1 : 0.5);

/** A value as a coordinate: its place from 0 to 1 in the scale of its parameter, or the index of its choice. */
export function toCoordinate(parameter: Parameter, value: number): number {
  if (parameter.kind === 'choice') return value;
  const [low, high] = boundsOf(parameter);
  return (toScale(parameter, value) - low) / (high - low);
}

export function fromCoordinate(parameter: Parameter, coordinate: number): number {
  if (parameter.kind === 'choice') return coordinate;
  const [low, high] = boundsOf(parameter);
  return fromScale(parameter, low + coordinate * (high - low));
}

/** A setting as the process sees it. */
export const pointOf = (space: Space, values: Values): number[] =>
  space.map((parameter) =>
    parameter.name in values ? toCoordinate(parameter, values[parameter.name]) : absent(parameter),
  );

/** What is left of full coordinates where some parameters do not exist: the values, and the point that the process sees. */
export function settle(space: Space, full: ArrayLike<number>): { values: Values; point: Float64Array } {
  const values: Record<string, number> = {};
  const point = new Float64Array(space.length);
  for (const [i, parameter] of space.entries()) {
    const exists = isActive(parameter, values);
    if (exists) values[parameter.name] = fromCoordinate(parameter, full[i]);
    point[i] = exists ? full[i] : absent(parameter);
  }
  return { values, point };
}
