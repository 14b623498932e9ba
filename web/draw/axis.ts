import { grouped, short } from '../../src/base/text.ts';
import { logTicks, ticks } from '../../src/report/draw/scale.ts';
import type { Parameter } from '../../src/search/space/parameter.ts';
import { boundsOf, toScale } from '../../src/search/space/scale.ts';

/** Where values lie between 0 and 1, and what is written beside them. */
export interface Axis {
  /** NaN where a value has no place; outside of 0 to 1 where it lies beyond what is shown. */
  at(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly log: boolean;
}

const tickText = (value: number): string => {
  if (Number.isInteger(value) && Math.abs(value) >= 10_000 && Math.abs(value) < 1e6) return grouped(value);
  const text = short(value, 3);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text.replace(/\.0+e/, 'e');
};

/** An axis from one number to another, with about so many ticks. */
export function axisOf(low: number, high: number, log: boolean, count = 5): Axis {
  if (!(high > low)) [low, high] = log ? [low / 1.5, low * 1.5] : [low - 0.5, low + 0.5];
  const scale = log ? Math.log : (x: number) => x;
  const [from, to] = [scale(low), scale(high)];
  const at = (value: number) => (scale(value) - from) / (to - from);
  const all = log ? logTicks([low, high]) : ticks([low, high], count);
  const list = all.length >= 2 ? all : ticks([low, high], count);
  return { at, log, ticks: thinned(list, count + 2).map((value) => ({ at: at(value), text: tickText(value) })) };
}

function thinned<T>(list: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(list.length / most);
  return list.filter((_, i) => i % every === 0);
}

/** A parameter in the scale that it is drawn in; choices stand side by side. */
export function parameterAxis(parameter: Parameter, count = 4): Axis {
  if (parameter.kind === 'choice') {
    const { choices } = parameter;
    const at = (value: number) => (value + 0.5) / choices.length;
    return { at, log: false, ticks: choices.map((choice, i) => ({ at: at(i), text: choiceText(choice) })) };
  }
  const [from, to] = boundsOf(parameter);
  const inner = axisOf(parameter.low, parameter.high, parameter.log, count);
  const at = (value: number) => (toScale(parameter, value) - from) / (to - from);
  const [first, last] = [at(parameter.low), at(parameter.high)];
  const ticks = inner.ticks.map((tick) => ({ ...tick, at: first + tick.at * (last - first) }));
  return {
    at,
    log: parameter.log,
    ticks: parameter.kind === 'int' ? ticks.filter(({ text }) => /^-?[\d,]+$/.test(text)) : ticks,
  };
}

/** What is chosen, in as few words as tell it from the others. */
export function choiceText(choice: unknown): string {
  if (typeof choice === 'string') return choice;
  if (choice === null) return 'none';
  if (typeof choice !== 'object') return String(choice);
  const [first, ...more] = Object.keys(choice);
  return !Array.isArray(choice) && first !== undefined && more.length === 0 ? first : JSON.stringify(choice);
}

/** A value of a parameter as people read it. */
export const valueText = (parameter: Parameter, value: number): string =>
  Number.isNaN(value)
    ? '–'
    : parameter.kind === 'choice'
      ? choiceText(parameter.choices[value])
      : parameter.kind === 'int'
        ? grouped(value)
        : short(value);

/** Short names for places in an experiment: their last words, and a count where several have the same. */
export function shortNames(names: readonly string[]): readonly string[] {
  const ends = names.map((name) => {
    const words = name.split('.').filter((part) => !/^\d+$/.test(part));
    return words.slice(-2).join('.') || name;
  });
  return ends.map((end, i) =>
    ends.indexOf(end) === ends.lastIndexOf(end)
      ? end
      : `${end} ${ends.slice(0, i + 1).filter((one) => one === end).length}`,
  );
}

export interface ValueAxis extends Axis {
  readonly low: number;
  readonly high: number;
}

/**
 * An axis for values of which few are far out: the best is shown and the crowd, what is worse than both by far lies beyond.
 * @param sign 1 where lower is better, else -1
 */
export function valueAxis(values: Float64Array | Float32Array, sign: number, log: boolean, count = 5): ValueAxis {
  const scale = log ? Math.log : (x: number) => x;
  const isShown = (value: number) => Number.isFinite(value) && (!log || value > 0);
  // Of very many, the crowd is known from some; the best and the worst from all.
  const every = Math.ceil(values.length / 20_000);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const some: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (!isShown(values[i])) continue;
    const value = sign * values[i];
    if (value < least) least = value;
    if (value > most) most = value;
    if (i % every === 0) some.push(sign * scale(values[i]));
  }
  const ends = least > most ? [] : [least, most].map((value) => sign * scale(sign * value));
  const known = Float64Array.from([...some, ...ends]).sort();
  if (known.length === 0) return { ...axisOf(0, 1, false, count), low: 0, high: 1 };
  const best = known[0];
  const crowd = known[Math.floor(0.9 * (known.length - 1))];
  const worst = Math.min(known[known.length - 1], best + 1.7 * (crowd - best || 1));
  const room = 0.04 * (worst - best || 1);
  const back = (x: number) => (log ? Math.exp(sign * x) : sign * x);
  const [a, b] = [back(best - room), back(worst + room)];
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return { ...axisOf(low, high, log, count), low, high };
}

/** Whether values span so much that only their logarithm shows all. */
export function asksForLog(values: Float64Array | Float32Array): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low > 0 && high / low > 50;
}
