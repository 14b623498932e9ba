import { expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { decode, encode } from '../../src/runs/index.ts';

const back = (value: unknown): unknown => decode(encode(value));

/** Any float64, by its bits. */
function anyFloat(random: Random): number {
  const bits = new DataView(new ArrayBuffer(8));
  for (const at of [0, 4]) bits.setInt32(at, random.bits());
  return bits.getFloat64(0);
}

const keys = ['$', '$$', '$number', 'a', '', '__proto__', 'toString', '0', '"$"', '\ud800', '\0'];

function anyValue(random: Random, depth = 0): unknown {
  const draw = random.uniform();
  if (depth > 3 || draw < 0.3) return anyFloat(random);
  if (draw < 0.4) return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0][random.below(4)];
  if (draw < 0.5) return keys[random.below(keys.length)];
  if (draw < 0.55) return [null, true, false][random.below(3)];
  const entries = Array.from({ length: random.below(4) }, () => anyValue(random, depth + 1));
  if (draw < 0.75) return entries;
  return Object.fromEntries(entries.map((entry) => [keys[random.below(keys.length)], entry]));
}

test('whatever is made of objects, arrays, texts and numbers comes back to the bit', () => {
  const random = new Random(7);
  for (let i = 0; i < 3000; i++) {
    const value = anyValue(random);
    expect(back(value)).toStrictEqual(value);
  }
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1.7976931348623157e308, 0.1])(
  '%d survives, alone and inside',
  (x) => {
    expect(Object.is(back(x), x)).toBe(true);
    expect(back({ a: [x, { b: x }] })).toStrictEqual({ a: [x, { b: x }] });
  },
);

test.each([{ $number: 'NaN' }, { $$: 1 }, { $number: { $number: 'NaN' } }, { $: 'NaN' }, '{"$number":"NaN"}', '$'])(
  'nobody can write %j and read a number',
  (value) => expect(back(value)).toStrictEqual(value),
);

test('what a checkpoint of before wrote for a key of its own is left alone', () => {
  expect(decode('{"$x":{"$number":"-Infinity"}}')).toStrictEqual({ $x: Number.NEGATIVE_INFINITY });
});

test('typed arrays are arrays, and what is undefined is left out', () => {
  expect(back({ loss: Float64Array.of(1, Number.NaN), gone: undefined })).toStrictEqual({ loss: [1, Number.NaN] });
});

test('plain JSON is written as plain JSON', () => {
  expect(encode({ a: [1, 0.25, 'x', null, true] })).toBe('{"a":[1,0.25,"x",null,true]}');
  expect(encode([Number.NaN])).toBe('[{"$number":"NaN"}]');
});
