import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/index.ts';
import { type ReportData, renderReport } from '../../src/report/index.ts';
import { customers, houses, manyClasses } from './samples.ts';

const attack = `<script>alert("1")</script><img src=x onerror='alert(2)'>`;

/** The same data with the attack in the place of every text, keys of rows included. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') return attack;
  if (Array.isArray(value)) return value.map(poisoned);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, poisoned(entry)]));
}

/** What decides how a page is built is no text of a user. */
function poisonedReport(data: ReportData): ReportData {
  const bad = poisoned(data) as ReportData;
  const { task, better, on } = data.headline;
  return {
    ...bad,
    stopped: { ...bad.stopped, ending: data.stopped.ending },
    headline: { ...bad.headline, task, better, on },
    metrics: { [attack]: 1, accuracy: 0.5 },
    worst: bad.worst.map((row) => ({ ...row, values: { [attack]: attack, empty: null } })),
  };
}

const all = { customers, houses, manyClasses };

/** The words of a page, without tags. */
const wordsOf = (page: string): string =>
  page
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');

describe('a report', () => {
  test.each(Object.entries(all))('of %s is one small file with no address in it', (_, data) => {
    const page = renderReport(data);
    expect(page.length).toBeLessThan(400_000);
    expect(page).not.toMatch(/https?:|\burl\(|@import|\ssrc="(?!data:)|<link/);
    expect(page).not.toMatch(/NaN|undefined<|>undefined|Infinity|\[object/);
    expect(renderReport(data)).toBe(page);
  });

  test.each(Object.entries(all))('of %s escapes every text', (_, data) => {
    const page = renderReport(poisonedReport(data));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<img src=x');
    expect(page).not.toMatch(/="[^"]*onerror='/);
    expect(page).toContain('&lt;script&gt;');
  });

  test('says the result in words, beside what simpler ways would reach', () => {
    const words = wordsOf(renderReport(customers));
    expect(words).toContain(
      'The model is right for 86.9 % of 9,769 customers it has never seen (95 % sure: between 86.3 % and 87.6 %).',
    );
    expect(words).toContain('Always saying “<=50K” would be right for 76.1 %.');
    expect(wordsOf(renderReport(houses))).toContain('On 4,128 blocks it has never seen, the model is off by 48,123');
    const labels = { ...customers, headline: { ...customers.headline, task: 'labels' as const } };
    expect(wordsOf(renderReport(labels))).toContain('never seen, the model is right for 86.9 % of the labels');
  });

  test('has the sections for which there are numbers', () => {
    const sections = (data: ReportData) => [...renderReport(data).matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    const always = ['metrics', 'use'];
    expect(sections(customers)).toEqual(['done', 'learning', 'errors', 'trust', 'importance', 'worst', ...always]);
    expect(sections(houses)).toEqual(['done', 'learning', 'errors', 'importance', 'worst', ...always]);
    const { confusion: _, classReport: __, calibration: ___, importance: ____, ...rest } = customers;
    expect(sections({ ...rest, worst: [], curves: [] })).toEqual(['done', ...always]);
  });

  test('shows columns that were left out with the reason, and files that could not be read', () => {
    expect(wordsOf(renderReport(customers))).toMatch(/id left out a different value in every row/);
    expect(wordsOf(renderReport(manyClasses))).toMatch(/1 file could not be read.*bengal\/17\.jpg the file is empty/);
  });
});

describe('before anything else a report says', () => {
  const warned = (data: ReportData): string => {
    const [notes] = renderReport(data).match(/<aside.*?<\/aside>/s) ?? [''];
    return wordsOf(notes);
  };
  const { headline } = customers;

  test.each<[string, Partial<ReportData>, RegExp]>([
    ['that training failed', { stopped: { ending: 'diverged', words: 'the loss became NaN' } }, /Training failed/],
    ['that it was interrupted', { stopped: { ending: 'interrupted', words: 'interrupted' } }, /was interrupted/],
    [
      'that a simpler way is as good',
      { headline: { ...headline, baselines: [{ name: 'a linear model', why: '', value: 0.8651 }] } },
      /not clearly better than a simpler way \(a linear model\)/,
    ],
    ['that there was no test', { headline: { ...headline, on: 'validation' } }, /no test rows.*too good/],
    ['that few rows were measured', { headline: { ...headline, rows: 15 } }, /Only 15 rows were measured/],
  ])('%s', (_, change, expected) => {
    expect(warned({ ...customers, ...change })).toMatch(expected);
    expect(warned(customers)).not.toMatch(expected);
  });

  test('the notes of the data', () => {
    expect(warned(customers)).toContain('29 rows of the test stand in the training rows too');
  });

  test('nothing where there is nothing', () => {
    expect(warned({ ...customers, data: { ...customers.data, notes: [] } })).toBe('');
  });
});

test('a line of a curve breaks where a number is not finite', () => {
  const [curve] = customers.curves;
  const epochs = curve.epochs.map((epoch, i) =>
    i === 12 ? { ...epoch, validation: { loss: Number.NaN, metric: Number.NaN } } : epoch,
  );
  const page = renderReport({ ...customers, curves: [{ ...curve, epochs }] });
  const [, path] = page.match(/class="curve validation" d="([^"]*)"/)!;
  expect(path.match(/M/g)).toHaveLength(2);
});

test('the picture of many classes colours errors apart from right answers', () => {
  const page = renderReport(manyClasses);
  const right = [...page.matchAll(/<path class="right"[^>]* d="([^"]*)"/g)].map(([, path]) => path).join('');
  expect(right.match(/M/g)).toHaveLength(37);
  expect(page).toContain('<path class="wrong"');
});

describe('what was found', () => {
  const finding: Finding = {
    ...{ rule: 'rateTooHigh', severity: 'error' as const, layer: 'dense1', since: 4 },
    ...{ saw: 'the loss rose to 19', why: 'a step was too long', try: ['a tenth of the rate', 'a warm-up'] },
    proved: {
      ...{ change: 'learning rate 3 -> 0.3', measure: 'balanced accuracy', without: 0.1, with: 0.95 },
      ...{ better: 2, seeds: 3, errors: 9, epochs: 2 },
    },
    rootCause: true,
  };
  const repair = {
    ...{ kept: true, what: ['learning rate 3 -> 0.3'], diff: [], measure: 'R²', before: 0.1, after: 0.95 },
    words: 'repaired: R² on the validation rows 0.1000 before, 0.9500 after',
  };

  test('is told with its proof, and what was changed', () => {
    const words = wordsOf(renderReport({ ...customers, findings: [finding], repair }));
    for (const part of [
      'What was found',
      'Repaired: R² on the validation rows 0.1000 before, 0.9500 after. Changed: learning rate 3 -> 0.3.',
      'rateTooHigh the likely cause (in dense1, since update 4)',
      'The loss rose to 19. A step was too long.',
      'To try: a tenth of the rate; a warm-up.',
      'balanced accuracy 0.1000 without, 0.9500 with, in probes of 2 epochs; better with 2 of 3 seeds',
    ])
      expect(words).toContain(part);
  });

  test('is no section where nothing hurts', () => {
    const info = { ...finding, severity: 'info', rootCause: false } as const;
    expect(renderReport({ ...customers, findings: [info] })).not.toContain('What was found');
  });
});
