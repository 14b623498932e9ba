import * as z from 'zod';
import { WellfitError } from './errors.ts';
import { suggest } from './text.ts';

export { z };

export type OptionSchema = z.ZodObject;

/** Options checked against their schema; `where` names them in the message, as in 'model[2].dense'. */
export function parseOptions<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = mostHelpful(result.error.issues);
  const path = [where, ...issue.path.map(String)].filter(Boolean).join('.');
  if (issue.code === 'unrecognized_keys') throw unknownKey(issue.keys[0], keysAt(schema, issue.path), path);
  const received = issue.path.reduce<unknown>(
    (v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  throw new WellfitError('option', `${path || 'the options'}: ${describe(issue)}`, { received: shown(received) });
}

export const unknownKey = (key: string, known: Iterable<string>, where: string): WellfitError =>
  new WellfitError('option', `unknown option "${key}"${where ? ` in ${where}` : ''}`, { fix: suggest(key, known) });

const shown = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : (JSON.stringify(value) ?? String(value));

/** A mistyped key explains the key that is missing; of several alternatives, the one that came furthest says what is wrong. */
function mostHelpful(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.filter((e) => e.length > 0 && (e[0].path.length > 0 || e[0].code === 'unrecognized_keys'));
  if (inner.length === 0) return issue;
  const found = mostHelpful(inner[0]);
  return { ...found, path: [...issue.path, ...found.path] };
}

/** The keys that an object option may have, at a place inside a schema. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return keysAt(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap((option) => keysAt(option, path));
  if (!(schema instanceof z.ZodObject)) return [];
  return path.length === 0 ? Object.keys(schema.shape) : keysAt(schema.shape[path[0] as string], path.slice(1));
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
  if (issue.code === 'invalid_type') return `must be ${article(issue.expected)}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map((v) => JSON.stringify(v)).join(', ')}`;
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

const article = (type: string): string =>
  ({
    int: 'a whole number',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  })[type] ?? type;

type Entry = { readonly options: OptionSchema };

export interface Picked<K extends string = string> {
  readonly kind: K;
  /** The options with every default filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A name of a table, or an error with the nearest one. */
export function lookUp<T extends object>(table: T, name: string, where: string, what: string): keyof T & string {
  if (Object.hasOwn(table, name)) return name as keyof T & string;
  throw new WellfitError('option', `${where}: unknown ${what} "${name}"`, { fix: suggest(name, Object.keys(table)) });
}

/**
 * One entry of a table as an experiment writes it: "relu", { dropout: { rate: 0.2 } } or, where the table has `lead`, { l2: 0.1 }.
 * @throws WellfitError for an unknown name or option, with the nearest known one
 */
export function pick<T extends Record<string, Entry & { lead?: string }>>(
  table: T,
  entry: unknown,
  where: string,
  what: string,
): Picked<keyof T & string> {
  const asObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  const keys = asObject ? Object.keys(entry) : [];
  const kind = typeof entry === 'string' ? entry : keys[0];
  if (kind === undefined || keys.length > 1)
    throw new WellfitError('option', `${where}: expected one ${what}`, {
      expected: `a name, or { name: { options } }`,
      received: JSON.stringify(entry),
    });
  const name = lookUp(table, kind, where, what);
  const { lead, options } = table[name];
  const given = asObject ? (entry as Record<string, unknown>)[kind] : {};
  const object = lead !== undefined && (typeof given !== 'object' || given === null) ? { [lead]: given } : given;
  return { kind: name, options: parseOptions(options, object, `${where}.${kind}`) };
}
