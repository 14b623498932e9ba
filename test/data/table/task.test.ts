import { describe, expect, test } from 'vitest';
import { type ColumnProfile, type Task, tasks } from '../../../src/data/index.ts';
import { taskOf } from '../../../src/data/table/task.ts';
import { messageOf } from '../support.ts';
import { profile } from './support.ts';

const whole = (distinct: number, lowest: number, highest: number) =>
  profile('y', { holds: 'integer', distinct, lowest, highest });

describe('what there is to learn from the values of the target', () => {
  const cases: [string, ColumnProfile, Task, RegExp][] = [
    ['two texts', profile('y', { distinct: 2 }), 'binary', /either "a" or "b"/],
    ['three texts', profile('y'), 'classes', /3 different values, such as "a"/],
    ['true or false', profile('y', { holds: 'boolean', distinct: 2 }), 'binary', /either/],
    ['two whole numbers', whole(2, 3, 9), 'binary', /either 3 or 9/],
    ['two numbers', profile('y', { holds: 'number', distinct: 2 }), 'binary', /two different values/],
    ['numbers', profile('y', { holds: 'number', distinct: 90 }), 'regression', /its values are numbers/],
    ['whole numbers from 0 without a gap', whole(10, 0, 9), 'classes', /from 0 to 9 without a gap; --task regression/],
    ['whole numbers from 1 without a gap', whole(3, 1, 3), 'classes', /from 1 to 3/],
    ['whole numbers with a gap', whole(9, 0, 9), 'regression', /--task classes would take each for a class/],
    ['whole numbers from 3', whole(6, 3, 8), 'regression', /from 3 to 8/],
    ['many whole numbers', whole(21, 0, 20), 'regression', /whole numbers from 0 to 20$/],
  ];
  test.each(cases)('%s', (_, target, task, why) => {
    const found = taskOf(target, 100);
    expect(found.task).toBe(task);
    expect(found.why).toMatch(why);
  });

  test('what is asked is done, where the values allow it', () => {
    expect(taskOf(whole(10, 0, 9), 100, 'regression')).toEqual({ task: 'regression', why: 'as asked' });
    expect(taskOf(whole(9, 0, 9), 100, 'classes').task).toBe('classes');
    expect(taskOf(profile('y', { distinct: 2 }), 100, 'classes').task).toBe('classes');
    expect(taskOf(whole(2, 0, 1), 100, 'regression').task).toBe('regression');
  });
});

describe('a target that nothing can be learned of is refused', () => {
  const refused: [string, ColumnProfile, Task | undefined, RegExp][] = [
    ['no value', profile('y', { missing: 100, distinct: 0, top: [] }), undefined, /every value of the target "y"/],
    [
      'one value',
      profile('y', { distinct: 1 }),
      undefined,
      /"y" has one value only\n {2}received {2}"a" in all 100 rows/,
    ],
    ['dates', profile('y', { holds: 'date', distinct: 50 }), undefined, /"y" holds dates[\s\S]*datediff/],
    [
      'names',
      profile('y', { distinct: 90 }),
      undefined,
      /different value in nearly every row[\s\S]*90 different .* 100 rows/,
    ],
    ['names as classes', profile('y', { distinct: 90 }), 'classes', /different value in nearly every row/],
    [
      'texts as a quantity',
      profile('y'),
      'regression',
      /does not fit the task "regression"[\s\S]*text values such as "a"/,
    ],
    ['booleans as a quantity', profile('y', { holds: 'boolean', distinct: 2 }), 'regression', /boolean values/],
    ['three values as two', profile('y'), 'binary', /expected {2}two different values\n {2}received {2}3/],
  ];
  test.each(refused)('%s', async (_, target, asked, said) => {
    expect(await messageOf(() => taskOf(target, 100, asked))).toMatch(said);
  });

  test('whatever task is asked, one value is one value', async () => {
    for (const task of tasks)
      expect(await messageOf(() => taskOf(profile('y', { distinct: 1 }), 100, task))).toMatch(/one value only/);
  });
});
