import { short } from '../../base/index.ts';
import type { Parameter, Space, Values } from '../../search/index.ts';

/** A value of a parameter as an experiment would write it. */
export function settingOf(parameter: Parameter, value: number): unknown {
  return parameter.kind === 'choice' ? parameter.choices[value] : value;
}

/** "adam.lr 0.001, dense.units#1 64, dense.units#2 32": each setting by the end of its place, and the copy of its layer. */
export const settingsLine = (space: Space, values: Values): string =>
  space
    .filter(({ name }) => name in values)
    .map((parameter) => `${brief(parameter.name)} ${shown(settingOf(parameter, values[parameter.name]))}`)
    .join(', ');

/** optimizer.adam.lr -> adam.lr, model.1.0.2.dropout.rate -> dropout.rate#1, model.1.0.1 -> layer 1#1: what stands in a repeated layer has its copy. */
export function brief(name: string): string {
  const [, copied, inner] = /^model\.\d+\.(\d+)\.(.+)$/.exec(name) ?? [];
  const rest = (inner ?? name).split('.').filter((part) => !/^\d+$/.test(part));
  const words = rest.length > 0 ? rest.slice(-2).join('.') : `layer ${inner}`;
  return copied === undefined ? words : `${words}#${Number(copied) + 1}`;
}

/** "adam.lr 0.0001 to 0.01 (log)" */
export function rangeWords(parameter: Parameter): string {
  if (parameter.kind === 'choice') return `${parameter.name}: ${parameter.choices.map(shown).join(', ')}`;
  const { name, low, high, log, kind } = parameter;
  const step = kind === 'int' && parameter.step > 1 ? `, in steps of ${parameter.step}` : '';
  return `${name}: ${shown(low)} to ${shown(high)}${step}${log ? ', logarithmic' : ''}`;
}

function shown(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : short(value, 3);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.keys(value)[0] ?? '{}';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
