import { describe, expect, test } from 'vitest';
import { lookUp, parseOptions, pick, z } from '../../src/base/index.ts';
import { messageOf } from '../data/support.ts';

const schema = z.strictObject({
  rate: z.number().min(0).lt(1),
  units: z.int().positive().default(4),
  mode: z.enum(['same', 'valid']).optional(),
  name: z.string().optional(),
  bias: z.boolean().optional(),
  kernel: z.tuple([z.int(), z.int()]).optional(),
  split: z.strictObject({ validation: z.number().optional() }).optional(),
});

const refused = (value: unknown) => messageOf(() => parseOptions(schema, value, 'model[2].dropout'));

describe('options', () => {
  test('that are right come back with the defaults filled in', () => {
    expect(parseOptions(schema, { rate: 0.5 }, '')).toEqual({ rate: 0.5, units: 4 });
  });

  test('that are unknown are refused with the nearest known one and the place', async () => {
    expect(await refused({ rate: 0.5, unit: 3 })).toBe(
      'unknown option "unit" in model[2].dropout\n' +
        'Fix: did you mean "units"? (known: rate, units, mode, name, bias, kernel, split)',
    );
    expect(await messageOf(() => parseOptions(schema, { rate: 0.5, unit: 3 }, ''))).toMatch(/^unknown option "unit"\n/);
  });

  test('that are unknown inside an option are compared with the names that belong there', async () => {
    const message = await refused({ rate: 0.5, split: { validaton: 0.1 } });
    expect(message).toContain('unknown option "validaton" in model[2].dropout.split');
    expect(message).toContain('did you mean "validation"?');
  });

  test.each([
    [{ rate: -0.1 }, 'rate: must be at least 0', '-0.1'],
    [{ rate: 1 }, 'rate: must be less than 1', '1'],
    [{ rate: 0.5, units: 0 }, 'units: must be greater than 0', '0'],
    [{ rate: 0.5, units: 1.5 }, 'units: must be a whole number', '1.5'],
    [{ rate: '0.5' }, 'rate: must be a number', '"0.5"'],
    [{}, 'rate: must be a number', 'nothing'],
    [{ rate: 0.5, mode: 'full' }, 'mode: must be one of "same", "valid"', '"full"'],
    [{ rate: 0.5, name: 5 }, 'name: must be a text', '5'],
    [{ rate: 0.5, bias: 'yes' }, 'bias: must be true or false', '"yes"'],
    [{ rate: 0.5, split: [] }, 'split: must be an object', '[]'],
    [{ rate: 0.5, kernel: [3, 'x'] }, 'kernel.1: must be a number', '"x"'],
  ])('%j is refused: %s', async (value, says, received) => {
    expect(await refused(value)).toBe(`model[2].dropout.${says}\n  received  ${received}`);
  });

  test('that are no object at all are refused', async () => {
    expect(await refused(5)).toBe('model[2].dropout: must be an object\n  received  5');
    expect(await messageOf(() => parseOptions(schema, undefined, ''))).toContain('the options: must be an object');
  });

  test('that are not finite are shown as they are', async () => {
    expect(await refused({ rate: Number.NaN })).toContain('received  NaN');
    expect(await refused({ rate: Infinity })).toContain('received  Infinity');
  });
});

describe('an entry of a table', () => {
  const table = {
    relu: { options: z.strictObject({}) },
    dropout: { options: z.strictObject({ rate: z.number().min(0).lt(1) }) },
    l2: { options: z.strictObject({ strength: z.number().nonnegative() }), lead: 'strength' },
  };
  const read = (entry: unknown) => pick(table, entry, 'model[1]', 'layer');

  test('is a name, a name with options, or a name with the one number that leads', () => {
    expect(read('relu')).toEqual({ kind: 'relu', options: {} });
    expect(read({ relu: {} })).toEqual({ kind: 'relu', options: {} });
    expect(read({ dropout: { rate: 0.2 } })).toEqual({ kind: 'dropout', options: { rate: 0.2 } });
    expect(read({ l2: 0.1 })).toEqual({ kind: 'l2', options: { strength: 0.1 } });
    expect(read({ l2: { strength: 0.1 } })).toEqual({ kind: 'l2', options: { strength: 0.1 } });
  });

  test('with an unknown name is refused with the nearest one, also for names that every object has', async () => {
    expect(await messageOf(() => read('rleu'))).toBe(
      'model[1]: unknown layer "rleu"\nFix: did you mean "relu"? (known: relu, dropout, l2)',
    );
    expect(await messageOf(() => read({ constructor: {} }))).toContain('unknown layer "constructor"');
    expect(await messageOf(() => lookUp(table, 'toString', 'model', 'layer'))).toContain('unknown layer "toString"');
  });

  test('with an unknown or wrong option is refused, naming the entry', async () => {
    expect(await messageOf(() => read({ dropout: { rat: 0.2 } }))).toContain(
      '"rat" in model[1].dropout\nFix: did you mean "rate"?',
    );
    expect(await messageOf(() => read({ dropout: {} }))).toContain('model[1].dropout.rate: must be a number');
    expect(await messageOf(() => read({ l2: -1 }))).toBe('model[1].l2.strength: must be at least 0\n  received  -1');
    expect(await messageOf(() => read({ dropout: 0.2 }))).toContain('model[1].dropout: must be an object');
  });

  test.each([[{ relu: {}, dropout: { rate: 0.2 } }], [{}], [null], [5], [['relu']], [undefined]])(
    '%j is refused because it does not name exactly one',
    async (entry) => {
      const message = await messageOf(() => read(entry));
      expect(message).toContain('model[1]: expected one layer\n  expected  a name, or { name: { options } }');
    },
  );
});
