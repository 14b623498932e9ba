import { WellfitError } from '../../base/index.ts';
import type { Condition, IntParameter, Parameter, Space, Values } from './parameter.ts';
import { isRange, isRepeat, type RepeatEntry, readRange } from './range.ts';

/** A place inside an experiment, as "model.0.dense.units"; layers that are repeated have the number of the copy before their own. */
const under = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);
const countName = (path: string): string => `${path}.repeat`;
const copyName = (path: string, copy: number, layer: number): string => `${path}.${copy}.${layer}`;

/**
 * What a search may choose in an experiment: every range in it, in the order in which they stand, named by their place. A range inside of a choice
 * exists only beside that choice, one inside of layers that are repeated only beside as many repetitions.
 */
export function readSpace(template: unknown): Space {
  const space: Parameter[] = [];
  explore(template, '', undefined, (parameter) => space.push(parameter));
  const names = space.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return space;
  throw new WellfitError('option', `two ranges have the same place: ${twice}`, {
    likely: 'two choices hold different ranges of the same setting',
    fix: 'give the choices different kinds, or one range for both',
  });
}

function explore(
  node: unknown,
  path: string,
  when: Condition | undefined,
  found: (parameter: Parameter) => void,
): void {
  const take = (parameter: Parameter) => found({ ...parameter, ...(when && { when }) });
  if (isRange(node)) {
    const parameter = readRange(node, path);
    take(parameter);
    if (parameter.kind === 'choice')
      for (const [index, choice] of parameter.choices.entries())
        explore(choice, path, { parameter: path, is: [index] }, found);
  } else if (isRepeat(node)) {
    const count = readCount(node, path);
    take(count);
    const counts = Array.from(
      { length: (count.high - count.low) / count.step + 1 },
      (_, i) => count.low + i * count.step,
    );
    for (let copy = 0; copy < count.high; copy++) {
      const condition = { parameter: count.name, is: counts.filter((n) => n > copy) };
      for (const [i, layer] of node.layers.entries()) explore(layer, copyName(path, copy, i), condition, found);
    }
  } else if (isContainer(node))
    for (const [name, inner] of Object.entries(node)) explore(inner, under(path, name), when, found);
}

/** The experiment with a value in the place of every range. */
export function fill(node: unknown, values: Values, path = ''): unknown {
  if (isRange(node)) {
    const parameter = readRange(node, path);
    const value = values[path];
    return parameter.kind === 'choice' ? fill(parameter.choices[value], values, path) : value;
  }
  if (Array.isArray(node))
    return node.flatMap((item, i) => {
      const at = under(path, i);
      if (!isRepeat(item)) return [fill(item, values, at)];
      return Array.from({ length: values[countName(at)] }, (_, copy) =>
        item.layers.map((layer, k) => fill(layer, values, copyName(at, copy, k))),
      ).flat();
    });
  if (!isContainer(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, inner]) => [name, fill(inner, values, under(path, name))]),
  );
}

/** Lists and plain objects; bytes and the like are values. */
const isContainer = (node: unknown): node is object =>
  Array.isArray(node) ||
  (typeof node === 'object' && node !== null && Object.getPrototypeOf(node) === Object.prototype);

function readCount({ repeat }: RepeatEntry, path: string): IntParameter {
  const count = isRange(repeat) ? readRange(repeat, countName(path)) : undefined;
  if (count?.kind === 'int' && count.low >= 0) return count;
  throw new WellfitError('option', `${countName(path)} must be a range of whole numbers from 0 up`, {
    received: JSON.stringify(repeat),
    fix: '{ "repeat": { "int": [1, 3] }, "layers": [ ... ] }',
  });
}
