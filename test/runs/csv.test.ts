import { expect, test } from 'vitest';
import { csvOf } from '../../src/runs/csv.ts';
import type { RunEvent } from '../../src/runs/index.ts';
import { networksOf } from '../../src/runs/series.ts';
import { epochOf, event, updatesFrom } from './support.ts';

const lines = (...events: RunEvent[]): string[] =>
  [...csvOf(networksOf(events.map((each, seq) => ({ ...each, seq }))))].join('').split('\r\n');
const start = event('start', { settings: { metric: 'accuracy' } });

test('one number a line, by update and epoch; what is no finite number is spelled out', () => {
  expect(
    lines(
      start,
      { ...updatesFrom(1, [3, Number.NaN]), update: 2 },
      { ...epochOf(1, 0.1 + 0.2), update: 2 },
      updatesFrom(3, [Number.NEGATIVE_INFINITY]),
    ),
  ).toEqual([
    'network,series,update,epoch,value',
    'network,loss/batch,1,1,3',
    'network,loss/batch,2,1,NaN',
    'network,loss/batch,3,2,-Infinity',
    'network,lr,1,1,0.1',
    'network,lr,2,1,0.1',
    'network,lr,3,2,0.1',
    'network,loss/train,2,1,0.30000000000000004',
    'network,loss/validation,2,1,0.30000000000000004',
    'network,metric/accuracy/validation,2,1,0.7',
    '',
  ]);
});

test('what is not known is empty', () => {
  expect(lines(start, updatesFrom(1, [3]), epochOf(1, 1)).slice(1, -1)).toEqual([
    'network,loss/batch,1,,3',
    'network,lr,1,,0.1',
    'network,loss/train,,1,1',
    'network,loss/validation,,1,1',
    'network,metric/accuracy/validation,,1,0',
  ]);
});

test('networks are told apart, and names with commas and quotes are quoted', () => {
  const member = (index: number) => event('member', { what: 'member', index, of: 2 });
  const signals = (update: number) =>
    event('signals', { signals: { update, layers: { 'a "b", c': { mean: -0 } }, penalties: { l2: 0.5 } } });
  expect(lines(member(1), start, signals(1), member(2), start, signals(4)).slice(1, -1)).toEqual([
    'member-1,"activation/a ""b"", c/mean",1,1,-0',
    'member-1,penalty/l2,1,1,0.5',
    'member-2,"activation/a ""b"", c/mean",4,1,-0',
    'member-2,penalty/l2,4,1,0.5',
  ]);
});

test('of nothing is the header', () => expect(lines()).toEqual(['network,series,update,epoch,value', '']));
