import { grouped, WellfitError } from '../../base/index.ts';
import type { ColumnProfile } from './table.ts';

export const tasks = ['binary', 'classes', 'regression'] as const;
export type Task = (typeof tasks)[number];

/** Whole numbers that name classes seldom name more. */
const mostNumberedClasses = 20;

/**
 * What there is to learn, from the values of the target.
 * @throws WellfitError for a target that nothing can be learned of, or that does not fit the task asked for
 */
export function taskOf(target: ColumnProfile, rows: number, asked?: Task): { task: Task; why: string } {
  const { name, holds, distinct, missing, top } = target;
  const present = rows - missing;
  if (present === 0) throw new WellfitError('data', `every value of the target "${name}" is missing`);
  if (distinct === 1)
    throw new WellfitError('data', `the target "${name}" has one value only`, {
      received: `"${top[0].value}" in all ${grouped(present)} rows`,
      likely: 'the table was filtered by the target, or another column is meant',
    });
  if (asked) {
    checkAsked(target, present, asked);
    return { task: asked, why: 'as asked' };
  }
  if (holds === 'date')
    throw new WellfitError('data', `the target "${name}" holds dates`, {
      expected: 'numbers, or a few different values',
      fix: 'turn it into a number with --sql, as in: select *, datediff(\'day\', begin, "end") as days from data',
    });
  if (holds === 'number')
    return distinct === 2
      ? { task: 'binary', why: 'it has two different values' }
      : { task: 'regression', why: `its values are numbers, such as ${top[0].value}` };
  if (holds === 'integer') return taskOfWhole(target);
  checkNames(target, present);
  return distinct === 2
    ? { task: 'binary', why: `it is either "${top[0].value}" or "${top[1].value}"` }
    : { task: 'classes', why: `it has ${distinct} different values, such as "${top[0].value}"` };
}

function taskOfWhole({ distinct, lowest, highest }: ColumnProfile): { task: Task; why: string } {
  if (distinct === 2) return { task: 'binary', why: `it is either ${lowest} or ${highest}` };
  const dense = highest! - lowest! + 1 === distinct && (lowest === 0 || lowest === 1);
  if (dense && distinct <= mostNumberedClasses)
    return {
      task: 'classes',
      why: `it counts from ${lowest} to ${highest} without a gap; --task regression would take it for a quantity`,
    };
  return {
    task: 'regression',
    why: `its values are whole numbers from ${lowest} to ${highest}${
      distinct <= mostNumberedClasses ? '; --task classes would take each for a class' : ''
    }`,
  };
}

/** @throws WellfitError for names that are as good as all different */
function checkNames({ name, distinct, top }: ColumnProfile, present: number): void {
  if (distinct <= Math.max(20, present / 2)) return;
  throw new WellfitError('data', `the target "${name}" has a different value in nearly every row`, {
    expected: 'classes that occur again, or numbers',
    received: `${grouped(distinct)} different values in ${grouped(present)} rows, such as "${top[0].value}"`,
    likely: 'it identifies the rows, or holds free text; or numbers are written in a way that is not understood',
  });
}

function checkAsked(target: ColumnProfile, present: number, asked: Task): void {
  const { name, holds, distinct, top } = target;
  const refuse = (expected: string, received: string, fix: string): never => {
    throw new WellfitError('option', `the target "${name}" does not fit the task "${asked}"`, {
      expected,
      received,
      fix,
    });
  };
  if (asked === 'regression' && holds !== 'integer' && holds !== 'number')
    refuse('numbers', `${holds} values such as "${top[0].value}"`, 'use --task classes');
  if (asked === 'binary' && distinct !== 2)
    refuse('two different values', grouped(distinct), 'use --task classes or regression');
  if (asked !== 'regression') checkNames(target, present);
}
