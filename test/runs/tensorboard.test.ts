import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/runs/index.ts';
import { networksOf } from '../../src/runs/series.ts';
import { crc32c } from '../../src/runs/tensorboard/crc32c.ts';
import { encodeHeader, encodeSummary, type Summary } from '../../src/runs/tensorboard/event.ts';
import { eventFile, eventFileName } from '../../src/runs/tensorboard/index.ts';
import { tfRecord } from '../../src/runs/tensorboard/tfrecord.ts';
import { epochOf, event, updatesFrom } from './support.ts';
import { type Decoded, decodeEventFile } from './tfevents.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test.each([
  ['"123456789"', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros, RFC 3720', new Uint8Array(32), 0x8a9136aa],
  ['32 times 0xff, RFC 3720', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31, RFC 3720', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
])('CRC-32C of %s', (_, bytes, crc) => expect(crc32c(bytes)).toBe(crc));

describe('the bytes are those that TensorBoard 2.21 and its own protobuf write', () => {
  test('the header', () =>
    expect(hex(tfRecord(encodeHeader(1500)))).toBe(
      '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c',
    ));

  test.each<[string, Summary, string]>([
    [
      'a number',
      { time: 2500, step: 300, tag: 'loss/train', value: { number: 0.5 } },
      '2100000000000000017becf609000000000000044010ac022a130a110a0a6c6f73732f747261696e150000003f05b5ab4e',
    ],
    [
      'a histogram',
      { time: 2500, step: 7, tag: 'weight/w', value: { histogram: { low: -1, high: 3, counts: [2, 4] } } },
      '6c00000000000000f5dab0d709000000000000044010072a5f0a5d0a087765696768742f772a5109000000000000f0bf110000000000000840190000000000001840210000000000002040290000000000003040' +
        '3210000000000000f03f00000000000008403a1000000000000000400000000000001040401696be',
    ],
    [
      'a text',
      { time: 2500, step: 1, tag: 'finding/x', value: { text: 'a **b**' } },
      '3500000000000000d6c55de609000000000000044010012a280a260a0966696e64696e672f78420d08071200420761202a2a622a2a4a0a0a060a047465787420022e0dd67a',
    ],
  ])('%s', (_, summary, bytes) => expect(hex(tfRecord(encodeSummary(summary)))).toBe(bytes));
});

const began = 1_700_000_000_000;
const histogram = (low: number, high: number, ...counts: number[]) => ({ low, high, counts, odd: 0 });
const nothingFinite = histogram(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0);
const signals = (update: number, mean: number, values: object) =>
  event(
    'signals',
    {
      signals: {
        update,
        input: { mean: 0.25, gradient: 0, gradients: nothingFinite },
        layers: { d: { kind: 'dense', mean, saturated: 0.5, gradient: 2, values } },
        parameters: { 'd.weight': { weight: 4, ratio: Number.POSITIVE_INFINITY, gradients: histogram(0, 0, 6, 0) } },
      },
    },
    began + update,
    update,
  );
const finding = {
  rule: 'deadUnits',
  severity: 'warning',
  layer: 'd',
  saw: 'half are zero',
  why: 'a high rate',
  try: ['a lower rate'],
  proved: { change: 'a lower rate' },
};
const start = event('start', { settings: { metric: { topK: { k: 3 } }, seed: 1 } }, began);

/** The event file of each network, decoded, by the name of the network. */
function filesOf(...events: RunEvent[]): Record<string, Decoded[]> {
  const recorded = events.map((each, seq) => ({ ...each, seq }));
  return Object.fromEntries(
    networksOf(recorded).map((network) => [
      network.name,
      decodeEventFile(Buffer.concat([...eventFile(network, began)])),
    ]),
  );
}
const ofTag = (file: Decoded[], tag: string) => file.filter((each) => each.tag === tag);
const numbers = (file: Decoded[], tag: string) => ofTag(file, tag).map(({ step, number }) => [step, number]);

describe('the event file of a run', () => {
  const { network } = filesOf(
    start,
    updatesFrom(1, [3, Number.NaN, Number.NEGATIVE_INFINITY]),
    signals(2, Number.NaN, histogram(-1, 1, 1, 2, 3, 4)),
    signals(3, 0.5, nothingFinite),
    { ...epochOf(1, 0.5), update: 3 },
    event('finding', { finding }, began + 7, 3),
  );

  test('begins with the version of the format', () => {
    expect(network[0]).toEqual({ time: began / 1000, version: 'brain.Event:2' });
    expect(network.slice(1).every(({ tag }) => tag !== undefined)).toBe(true);
    expect(eventFileName(began + 999)).toBe('events.out.tfevents.1700000000.wellfit');
  });

  test('holds the losses, metrics and learning rates, also those that are not finite', () => {
    expect(numbers(network, 'loss/batch')).toEqual([
      [1, 3],
      [2, Number.NaN],
      [3, Number.NEGATIVE_INFINITY],
    ]);
    expect(numbers(network, 'lr')).toEqual([1, 2, 3].map((step) => [step, Math.fround(0.1)]));
    expect(numbers(network, 'loss/train')).toEqual([[1, 0.5]]);
    expect(numbers(network, 'loss/validation')).toEqual([[1, 0.5]]);
    expect(numbers(network, 'metric/topK/validation')).toEqual([[1, 0.5]]);
    expect(numbers(network, 'metric/topK/train')).toEqual([]);
  });

  test('holds the times at which it was told', () => {
    expect(ofTag(network, 'loss/batch').map(({ time }) => time)).toEqual([1, 1, 1]);
    expect(ofTag(network, 'loss/validation').map(({ time }) => time)).toEqual([1]);
    expect(ofTag(network, 'activation/d/mean').map(({ time }) => time)).toEqual([
      (began + 2) / 1000,
      (began + 3) / 1000,
    ]);
  });

  test('holds what was seen inside, and of the input no gradient, which is not measured', () => {
    expect(numbers(network, 'activation/d/mean')).toEqual([
      [2, Number.NaN],
      [3, 0.5],
    ]);
    expect(numbers(network, 'activation/input/mean')[0]).toEqual([2, 0.25]);
    expect(numbers(network, 'gradient/d/rms')[0]).toEqual([2, 2]);
    expect(numbers(network, 'weight/d.weight/norm')[0]).toEqual([2, 4]);
    expect(numbers(network, 'update/d.weight/ratio')[0]).toEqual([2, Number.POSITIVE_INFINITY]);
    expect(network.filter(({ tag }) => tag?.startsWith('gradient/input'))).toEqual([]);
  });

  test('holds the histograms that have a finite value', () => {
    expect(ofTag(network, 'activation/d').map(({ step, histogram }) => ({ step, histogram }))).toEqual([
      {
        step: 2,
        histogram: {
          ...{ min: -1, max: 1, count: 10, sum: 2.5, sumOfSquares: 3.125 },
          limits: [-0.5, 0, 0.5, 1],
          counts: [1, 2, 3, 4],
        },
      },
    ]);
    const [constant] = ofTag(network, 'gradient/d.weight');
    expect(constant.histogram).toEqual({
      ...{ min: 0, max: 0, count: 6, sum: 0, sumOfSquares: 0 },
      limits: [0],
      counts: [6],
    });
  });

  test('holds the settings and what was found as texts', () => {
    const [settings] = ofTag(network, 'settings');
    expect(JSON.parse(settings.text!.replaceAll(/```(json)?/g, ''))).toEqual({ metric: { topK: { k: 3 } }, seed: 1 });
    expect(ofTag(network, 'finding/deadUnits/d')).toEqual([
      {
        ...{ time: (began + 7) / 1000, step: 3, tag: 'finding/deadUnits/d', plugin: 'text' },
        text: '**warning, proved**: half are zero\n\na high rate\n\n- try: a lower rate',
      },
    ]);
  });
});

test('every network has a file of its own, with what was found in it', () => {
  const member = (index: number) => event('member', { what: 'fold', index, of: 2 });
  const files = filesOf(
    ...[member(1), start, updatesFrom(1, [3]), epochOf(1, 0.5)],
    ...[member(2), start, updatesFrom(1, [2]), epochOf(1, 0.25), event('finding', { finding }, 0, 1)],
  );
  expect(Object.keys(files)).toEqual(['fold-1', 'fold-2']);
  expect(numbers(files['fold-1'], 'loss/batch')).toEqual([[1, 3]]);
  expect(numbers(files['fold-2'], 'loss/batch')).toEqual([[1, 2]]);
  expect(numbers(files['fold-2'], 'loss/train')).toEqual([[1, 0.25]]);
  expect(ofTag(files['fold-1'], 'finding/deadUnits/d')).toEqual([]);
  expect(ofTag(files['fold-2'], 'finding/deadUnits/d')).toHaveLength(1);
});

test('no step comes twice where a killed run was resumed', () => {
  const again = { ...updatesFrom(2, [20, 30]), time: 9000 };
  const { network } = filesOf(start, updatesFrom(1, [1, 2, 3]), event('resume', {}), start, again);
  expect(ofTag(network, 'loss/batch').map(({ step, number, time }) => [step, number, time])).toEqual([
    [1, 1, 1],
    [2, 20, 9],
    [3, 30, 9],
  ]);
});
