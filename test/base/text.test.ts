import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  duration,
  forShell,
  grouped,
  nearest,
  percent,
  Random,
  short,
  suggest,
  WellfitError,
} from '../../src/base/index.ts';

describe('the nearest name', () => {
  const known = ['crossEntropy', 'binaryCrossEntropy', 'meanSquaredError', 'adam', 'relu', 'l2'];

  test('is found over a missing, an extra, a wrong and two swapped letters, and over case', () => {
    expect(nearest('crossEntrpy', known)).toBe('crossEntropy');
    expect(nearest('addam', known)).toBe('adam');
    expect(nearest('relo', known)).toBe('relu');
    expect(nearest('rleu', known)).toBe('relu');
    expect(nearest('MEANSQUAREDERROR', known)).toBe('meanSquaredError');
  });

  test('is the closest one where several are close', () => {
    expect(nearest('dense', ['dense11', 'dense1', 'lense1'])).toBe('dense1');
  });

  test('is nothing where no name is close', () => {
    expect(nearest('transformer', known)).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
  });

  test('is nothing for a short name that shares no letter with any', () => {
    expect(nearest('xy', known)).toBeUndefined();
  });

  test('a suggestion always lists what is known, and asks only where a name is close', () => {
    expect(suggest('adm', ['adam', 'sgd'])).toBe('did you mean "adam"? (known: adam, sgd)');
    expect(suggest('quantum', ['adam', 'sgd'])).toBe('one of: adam, sgd');
  });
});

describe('numbers for people', () => {
  test('thousands are grouped', () => {
    expect([0, 999, 1000, 1234567, -1234].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567', '-1,234']);
  });

  test('a short number is the number to four digits, plain from 0.0001 to a million', () => {
    const random = new Random(1);
    for (let i = 0; i < 1000; i++) {
      const x = (random.below(2) ? 1 : -1) * 10 ** (-4 + 9.99 * random.uniform());
      expect(short(x)).not.toContain('e');
      expect(Math.abs(Number(short(x)) / x - 1), `${x}`).toBeLessThanOrEqual(0.5e-3 * (1 + 1e-9));
    }
  });

  test('a short number has no more digits than it should, also where rounding carries', () => {
    expect([1.5, 12.345, 0.012345, 123456, 0].map((x) => short(x))).toEqual([
      '1.500',
      '12.35',
      '0.01235',
      '123456',
      '0',
    ]);
    expect([9.99999, 0.099999, 99.9999].map((x) => short(x))).toEqual(['10.00', '0.1000', '100.0']);
  });

  test('a very large or small number is written with an exponent, and what is no number as it is', () => {
    expect([1.234567e7, -4.56e-9].map((x) => short(x))).toEqual(['1.23e+7', '-4.56e-9']);
    expect([Number.NaN, Infinity, -Infinity].map((x) => short(x))).toEqual(['NaN', 'Infinity', '-Infinity']);
  });

  test('a share is written in percent', () => {
    expect([percent(0.9722), percent(1), percent(0.12345, 1)]).toEqual(['97.22 %', '100.00 %', '12.3 %']);
  });

  test('a duration has the units that its length asks for, and never 60 of one', () => {
    const said = (...seconds: number[]) => seconds.map(duration);
    expect(said(0, 0.0254, 0.9994)).toEqual(['0 ms', '25 ms', '999 ms']);
    expect(said(0.9996, 1.84, 9.94)).toEqual(['1.0 s', '1.8 s', '9.9 s']);
    expect(said(9.96, 12.4, 59.4)).toEqual(['10 s', '12 s', '59 s']);
    expect(said(59.6, 185, 3599.4)).toEqual(['1 min 00 s', '3 min 05 s', '59 min 59 s']);
    expect(said(3599.6, 7440, 86400)).toEqual(['1 h 00 min', '2 h 04 min', '24 h 00 min']);
    expect(said(Number.NaN, Infinity)).toEqual(['?', '?']);
  });
});

test.each(['plain', 'a b', "it's", 'say "so"', '$HOME `id` \\ !', '', `both ' and "`, 'größe=1'])(
  'a shell takes %j for the same one word',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf '<%s>' ${forShell(text)}`], { encoding: 'utf8' })).toBe(`<${text}>`);
  },
);

describe('a WellfitError', () => {
  test('says what, expected, received, likely and fix in this order, and leaves out what is not known', () => {
    const all = new WellfitError('data', 'row 3 is odd', {
      fix: 'mend it',
      likely: 'a typo',
      received: '1',
      expected: '2',
    });
    expect(all.message).toBe('row 3 is odd\n  expected  2\n  received  1\nLikely: a typo\nFix: mend it');
    expect(new WellfitError('file', 'it is gone').message).toBe('it is gone');
    expect(new WellfitError('file', 'it is gone', { fix: 'look again' }).message).toBe('it is gone\nFix: look again');
  });

  test('carries its kind and facts for programs', () => {
    const error = new WellfitError('option', 'no', { received: '5' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'WellfitError', kind: 'option', facts: { received: '5' } });
  });
});
