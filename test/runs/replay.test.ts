import { describe, expect, test } from 'vitest';
import { bestOf, emptySummary, findingsOf, type RunEvent, replay, summarize } from '../../src/runs/index.ts';
import { epochOf, event, updatesFrom } from './support.ts';

const record = (...events: RunEvent[]) => replay(events.map((each, seq) => ({ ...each, seq })));
const summary = (...events: RunEvent[]) => events.reduce(summarize, emptySummary);
const start = event('start', {
  settings: { metric: { topK: { k: 3 } }, seed: 1 },
  layers: [{ name: 'd', kind: 'dense' }],
});
const member = (index: number, of: number) => event('member', { what: 'member', index, of });
const finding = (severity: string, rule = 'nan', update?: number) =>
  event('finding', { finding: { rule, severity, saw: 's', why: 'w', try: [] } }, 0, update);
const end = (epoch: number, loss: number) =>
  event('end', {
    stopped: { ending: 'epochs', words: 'done' },
    best: { epoch, train: { loss }, validation: { loss, metric: 0.5 }, seconds: 1 },
    epochs: epoch,
  });

describe('replay', () => {
  test('gathers curves, signals, findings, logs and the end', () => {
    const signals = { update: 2, loss: Number.NaN, layers: { d: { mean: Number.POSITIVE_INFINITY } } };
    const run = record(
      start,
      updatesFrom(1, [3, Number.NaN]),
      event('signals', { signals }),
      epochOf(1, 0.5),
      epochOf(2, 0.7, false),
      finding('error', 'nan', 4),
      event('log', { text: 'hello' }, 5),
      event('checkpoint', { update: 2 }),
      event('something new', { a: 1 }),
      end(1, 0.5),
    );
    expect(run.start?.settings).toEqual({ metric: { topK: { k: 3 } }, seed: 1 });
    expect(run.members).toHaveLength(1);
    const [only] = run.members;
    expect(only.updates).toEqual({ update: [1, 2], loss: [3, Number.NaN], lr: [0.1, 0.1] });
    expect(only.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(only.best?.epoch).toBe(1);
    expect(only.signals).toEqual([signals]);
    expect(only.checkpoints).toEqual([2]);
    expect(only.stopped?.words).toBe('done');
    expect(run.findings).toMatchObject([{ severity: 'error', update: 4 }]);
    expect(run.logs).toEqual([{ time: 5, text: 'hello' }]);
  });

  test('keeps the networks of an ensemble apart', () => {
    const run = record(
      member(1, 2),
      start,
      epochOf(1, 0.5),
      end(1, 0.5),
      member(2, 2),
      start,
      epochOf(1, 0.4),
      finding('info'),
    );
    expect(run.members.map(({ index, of, epochs }) => [index, of, epochs[0].validation!.loss])).toEqual([
      [1, 2, 0.5],
      [2, 2, 0.4],
    ]);
    expect(run.findings[0].member).toBe(2);
  });

  test('what a resumed run does again replaces what the killed process had done', () => {
    const run = record(
      start,
      updatesFrom(1, [9, 8, 7]),
      epochOf(1, 0.9),
      updatesFrom(4, [6, 5, 4]),
      epochOf(2, 0.8),
      event('resume', {}),
      start,
      updatesFrom(3, [70, 60]),
      epochOf(2, 0.75),
    );
    expect(run.members[0].updates).toMatchObject({ update: [1, 2, 3, 4], loss: [9, 8, 70, 60] });
    expect(run.members[0].epochs.map(({ train }) => train.loss)).toEqual([0.9, 0.75]);
  });

  test('of nothing is nothing', () => {
    expect(record()).toEqual({ start: undefined, members: [], findings: [], logs: [] });
  });
});

describe('the summary', () => {
  test('follows a run event by event', () => {
    const after = summary(
      start,
      epochOf(1, 0.5),
      epochOf(2, 0.7, false),
      finding('warning', 'lossFlat'),
      finding('warning', 'spikes'),
      finding('error', 'spikes'),
      finding('info', 'oscillation'),
    );
    expect(after.metric).toBe('topK');
    expect(after.members).toEqual([{ epochs: 2, best: { loss: 0.5, metric: 0.5 } }]);
    // Each rule once, as it was seen last; what is only worth knowing is no alarm.
    expect(findingsOf(after)).toEqual({ count: 2, worst: 'error' });
  });

  test('of several networks is their mean', () => {
    const after = summary(member(1, 3), start, epochOf(1, 0.5), end(1, 0.5), member(2, 3), start, epochOf(1, 0.25));
    expect(after.of).toBe(3);
    expect(bestOf(after)).toEqual({ loss: 0.375, metric: 0.625 });
    expect(bestOf(summary(start))).toBeUndefined();
  });

  test('does not count the time between an interruption and going on', () => {
    const after = summary(
      event('start', { settings: {} }, 0),
      event('log', {}, 2000),
      event('resume', {}, 9e9),
      event('log', {}, 9e9 + 500),
    );
    expect(after.seconds).toBe(2.5);
  });

  test('keeps numbers that are not finite', () => {
    expect(bestOf(summary(start, epochOf(1, Number.NaN)))).toEqual({ loss: Number.NaN, metric: Number.NaN });
  });
});
