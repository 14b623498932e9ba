import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RuleName, rules } from '../../src/doctor/index.ts';

const names = Object.keys(rules) as RuleName[];
const pages = join(import.meta.dirname, '..', '..', 'docs', 'rules');
const tests = readdirSync(join(import.meta.dirname, 'rules'))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, 'rules', file), 'utf8'));
const overview = readFileSync(join(pages, 'README.md'), 'utf8');

/** What every page answers. */
const parts = [
  '## What it looks at',
  '## The band',
  '## Why it happens',
  '## What to try',
  '## When this is fine',
  '## Source',
];

describe.each(names)('%s', (name) => {
  test('has a page that begins with its name and question, and answers what a page must', () => {
    const page = readFileSync(join(pages, `${name}.md`), 'utf8');
    expect(page.startsWith(`# ${name}\n\n${rules[name].question}\n`)).toBe(true);
    expect(parts.filter((part) => !page.includes(`\n${part}\n`))).toEqual([]);
  });

  test('stands in the table of all rules', () => {
    expect(overview).toContain(`[${name}](${name}.md)`);
  });

  test('is tried on a training', () => {
    expect(tests.some((text) => new RegExp(`\\b${name}\\b`).test(text))).toBe(true);
  });

  test('leads only to rules that there are, and not to itself', () => {
    expect(rules[name].leadsTo.filter((other) => !(other in rules) || other === name)).toEqual([]);
  });
});

test('no page is left of a rule that is gone', () => {
  const gone = readdirSync(pages).filter(
    (file) => file !== 'README.md' && !names.includes(file.slice(0, -3) as RuleName),
  );
  expect(gone).toEqual([]);
});
