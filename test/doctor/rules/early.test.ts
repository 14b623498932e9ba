import { describe, expect, test } from 'vitest';
import { type Finding, type History, look, type RuleName, toTell } from '../../../src/doctor/index.ts';
import { dense, healthy, isAlarm, seenBy, watched } from './trained.ts';

const { digits, lines, rings } = healthy;
const constant = (value: number) => ({ constant: { value } });
const layers = (options: object, last: object = options) => [
  'flatten',
  dense(32, options),
  'relu',
  dense(32, options),
  'relu',
  dense(10, last),
];

/** What is known at the first look, before the first update is made. */
const begun = ({ stopped: _, ...history }: History): History => ({
  ...history,
  losses: [],
  rates: [],
  epochs: [],
  signals: history.signals.slice(0, 1),
});

describe('what is wrong before the first update is seen at the first look', () => {
  const faults: [RuleName, object][] = [
    ['symmetricUnits', { ...digits, model: layers({ init: constant(0.1) }) }],
    ['deadUnits', { ...digits, model: layers({ biasInit: constant(-50) }, {}) }],
    ['initialScaleTooLarge', { ...lines, model: [dense(16), 'relu', dense(1, { biasInit: constant(100) })] }],
    ['initialScaleTooSmall', { ...digits, model: layers({ init: { normal: { std: 0.001 } } }) }],
    ['outputRange', { ...lines, target: 'raw', model: [dense(16), 'relu', dense(1), 'tanh'] }],
    ['noActivation', { ...digits, model: ['flatten', dense(32), dense(10)] }],
  ];
  test.each(faults)('%s', async (rule, experiment) => {
    const history = begun(await watched({ ...experiment, epochs: 1 }));
    const seen = seenBy(rule, history);
    expect(seen && isAlarm(seen)).toBe(true);
    expect(seen!.severity === 'error' || seen!.since === 0).toBe(true);
  });

  test.each(Object.entries(healthy))('and nothing is in %s', async (_, experiment) => {
    expect(look(begun(await watched({ ...experiment, epochs: 1 }))).filter(isAlarm)).toEqual([]);
  });
});

test('rows so far out that standardizing them makes all others alike are told of as inputs', async () => {
  const { data } = rings;
  const features = Float32Array.from(data.features as Float32Array, (x, i) => ((i >> 1) % 10 === 3 ? 1e6 * x : x));
  const history = await watched({ ...rings, data: { ...data, features } });
  const seen = seenBy('unscaledInput', history);
  expect(seen?.saw).toMatch(/so far out that all others look alike/);
});

test('errors and what was wrong before the start are told at once, other warnings at the second look', () => {
  const finding = (rule: string, severity: Finding['severity'], since: number): Finding => ({
    ...{ rule, severity, since, saw: '', why: '', try: [], proved: null, rootCause: false },
  });
  const findings = [finding('a', 'error', 9), finding('b', 'warning', 0), finding('c', 'warning', 9)];
  const told = (before: string[]) => toTell(findings, new Set(before)).map(({ rule }) => rule);
  expect(told([])).toEqual(['a', 'b']);
  expect(told(['c'])).toEqual(['a', 'b', 'c']);
});
