import { parseOptions, WellfitError, z } from '../../base/index.ts';
import type { Parameter } from './parameter.ts';

const pair = z.tuple([z.number(), z.number()]);

/** What may stand in the place of a setting: from a to b evenly, evenly in the logarithm, a whole number, or one of several. */
export const rangeSchema = z.union([
  z.strictObject({ uniform: pair }),
  z.strictObject({ log: pair }),
  z.strictObject({
    int: z.tuple([z.int(), z.int()]),
    step: z.int().positive().optional(),
    log: z.boolean().optional(),
  }),
  z.strictObject({ choice: z.array(z.unknown()) }),
]);

export type RangeEntry = z.output<typeof rangeSchema>;

/** Some layers as often as a range says, each copy with settings of its own. */
export interface RepeatEntry {
  readonly repeat: unknown;
  readonly layers: readonly unknown[];
}

const kinds = ['uniform', 'log', 'int', 'choice'] as const;

/** A setting has options by name; a range has a list. */
export const isRange = (node: unknown): node is RangeEntry =>
  typeof node === 'object' &&
  node !== null &&
  kinds.some((kind) => Array.isArray((node as Record<string, unknown>)[kind]));

export const isRepeat = (node: unknown): node is RepeatEntry =>
  typeof node === 'object' && node !== null && 'repeat' in node && Array.isArray((node as RepeatEntry).layers);

/**
 * A range as a parameter.
 * @throws WellfitError where it is empty, upside down, or logarithmic with numbers that have no logarithm
 */
export function readRange(entry: RangeEntry, name: string): Parameter {
  const range = parseOptions(rangeSchema, entry, name);
  if ('choice' in range) {
    if (range.choice.length < 2) throw nothingToChoose(name, `${range.choice.length} of them`, 'list two or more');
    return { name, kind: 'choice', choices: range.choice };
  }
  const [low, high] = 'int' in range ? range.int : 'log' in range ? range.log : range.uniform;
  const log = 'log' in range && range.log !== false && range.log !== undefined;
  if (high < low)
    throw new WellfitError('option', `${name}: the range is upside down`, {
      received: `from ${low} to ${high}`,
      fix: `from ${high} to ${low}`,
    });
  if (high === low) throw nothingToChoose(name, `from ${low} to ${high}`, `put ${low} itself there`);
  if (log && low <= 0)
    throw new WellfitError('option', `${name}: a logarithmic range must begin above 0`, {
      received: `from ${low}`,
      likely: low === 0 ? 'to try 0 as well' : undefined,
      fix:
        low === 0
          ? `a choice of 0 and a range: { "choice": [0, { "log": [${high / 1e4}, ${high}] }] }`
          : 'use { "uniform": [a, b] }, or begin above 0',
    });
  if (!('int' in range)) return { name, kind: 'float', low, high, log };
  const { step = 1 } = range;
  if (log && step !== 1)
    throw new WellfitError('option', `${name}: a logarithmic range of whole numbers has no step`, {
      received: `step ${step}`,
      fix: 'leave "step" or "log" out',
    });
  const last = low + Math.floor((high - low) / step) * step;
  if (last === low) throw nothingToChoose(name, `from ${low} to ${high} in steps of ${step}`, 'make the step smaller');
  return { name, kind: 'int', low, high: last, step, log };
}

const nothingToChoose = (name: string, received: string, fix: string): WellfitError =>
  new WellfitError('option', `${name}: there is nothing to choose`, { received, fix });
