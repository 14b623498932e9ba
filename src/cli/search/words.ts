import { short } from '../../base/index.ts';
import type { Parameter, Space, Values } from '../../search/index.ts';

/** A value of a parameter as an experiment would write it. */
export function settingOf(parameter: Parameter, value: number): unknown {
  return parameter.kind === 'choice' ? parameter.choices[value] : value;
}

/** "lr 0.001, dropout.rate 0.2, units 64": each setting by the end of its place. */
export const settingsLine = (space: Space, values: Values): string =>
  space
    .filter(({ name }) => name in values)
    .map((parameter) => `${brief(parameter.name)} ${shown(settingOf(parameter, values[parameter.name]))}`)
    .join(', ');

/** model.1.0.2.dropout.rate -> dropout.rate; what has no name of its own keeps the whole. */
const brief = (name: string): string => {
  const parts = name.split('.');
  const from = parts.findLastIndex((part) => /^\d+$/.test(part)) + 1;
  return parts.slice(from).slice(-2).join('.') || name;
};

function shown(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : short(value, 3);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.keys(value)[0] ?? '{}';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
