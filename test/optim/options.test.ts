import { describe, expect, test } from 'vitest';
import { pick, z } from '../../src/base/index.ts';
import { clippers, optimizers, regularizers, schedules } from '../../src/optim/index.ts';

/** Tables whose options are all zero or more, and what else an entry cannot do without. */
const tables = {
  optimizer: { table: optimizers, needs: {} },
  regularizer: {
    table: regularizers,
    needs: {
      l1: { strength: 1 },
      l2: { strength: 1 },
      elasticNet: { l1: 1, l2: 1 },
      weightDecay: { strength: 1 },
      maxNorm: { limit: 1 },
    },
  },
  schedule: {
    table: schedules,
    needs: {
      step: { every: 1 },
      multiStep: { at: [1] },
      exponential: { factor: 0.5 },
      inverseTime: { decay: 1 },
      cosineRestarts: { period: 1 },
      cyclic: { up: 1 },
    },
  },
  clipper: { table: clippers, needs: { value: { limit: 1 }, norm: { limit: 1 } } },
} as const;

/** A name of which 1 already means that nothing is ever forgotten. */
const belowOne = ['momentum', 'beta1', 'beta2', 'alpha', 'rho'];

const bare = (schema: unknown): unknown =>
  schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? bare(schema.unwrap()) : schema;

function wrongValues(kind: string, name: string, schema: unknown): unknown[] {
  if (schema instanceof z.ZodNumber)
    return [-0.1, NaN, Infinity, '1', ...(kind === 'optimizer' && belowOne.includes(name) ? [1, 1.5] : [])];
  if (schema instanceof z.ZodBoolean) return ['yes', 1];
  if (schema instanceof z.ZodEnum) return ['sideways', 1];
  if (schema instanceof z.ZodArray) return [[], [-1], ['1'], 3];
  throw new Error(`${name} has a kind of option that this test does not know`);
}

describe('an option out of range is refused with its name', () => {
  for (const [what, { table, needs }] of Object.entries(tables))
    for (const [kind, { options }] of Object.entries(table))
      test(`${what} ${kind}`, () => {
        const needed = (needs as Record<string, object>)[kind] ?? {};
        const read = (given: object) => pick(table, { [kind]: { ...needed, ...given } }, what, what);
        expect(() => read({})).not.toThrow();
        for (const [name, schema] of Object.entries(options.shape))
          for (const value of wrongValues(what, name, bare(schema)))
            expect(() => read({ [name]: value }), `${name}: ${value}`).toThrow(`${what}.${kind}.${name}`);
        expect(() => read({ leraningRate: 1 })).toThrow('leraningRate');
      });
});

test('what an entry cannot do without is asked for by name', () => {
  for (const [what, { table, needs }] of Object.entries(tables))
    for (const [kind, needed] of Object.entries(needs))
      expect(() => pick(table, { [kind]: {} }, what, what)).toThrow(`${what}.${kind}.${Object.keys(needed)[0]}`);
});
