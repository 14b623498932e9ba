import { describe, expect, test } from 'vitest';
import { plot } from '../../src/cli/terminal/plot.ts';
import { times } from '../runs/support.ts';

const line = (y: readonly number[], name = 'a') => ({ name, x: y.map((_, i) => i + 1), y });
/** The cells of the drawing, without the axis. */
const cells = (lines: readonly string[]) =>
  lines.filter((l) => /[│┤]/.test(l)).map((l) => l.split(/[│┤]/)[1].padEnd(60));
const drawn = (lines: readonly string[]) => cells(lines).join('').replaceAll(' ', '').length;

describe('a plot', () => {
  test('joins the points from corner to corner, with the range on the axes', () => {
    const lines = plot('loss', 'epoch', [line([3, 2, 1])]);
    expect(lines[0]).toBe('loss');
    const rows = cells(lines);
    expect(rows).toHaveLength(10);
    expect(rows[0][0]).not.toBe(' ');
    expect(rows[9][59]).not.toBe(' ');
    expect(drawn(lines)).toBeGreaterThanOrEqual(60);
    expect(lines.at(-1)).toMatch(/^ +1 +3 epoch$/);
    const labels = lines.flatMap((l) => (l.includes('┤') ? [Number.parseFloat(l)] : []));
    expect(labels).toEqual([2.9, 2.1, 1.1]);
  });

  test('leaves a gap where a value is not finite, and counts those', () => {
    const whole = plot('loss', 'epoch', [line([1, 1, 1, 1, 1])]);
    const gaps = plot('loss', 'epoch', [line([1, 1, Number.NaN, 1, Number.POSITIVE_INFINITY])]);
    expect(drawn(gaps)).toBeLessThan(drawn(whole) / 2);
    expect(gaps.at(-1)).toBe('  2 of 5 values are not finite');
  });

  test('is logarithmic over more than two decades of positive values', () => {
    const values = [1000, 100, 10, 1];
    expect(plot('loss', 'epoch', [line(values)])[0]).toBe('loss (logarithmic)');
    expect(plot('loss', 'epoch', [line([100, 1])])[0]).toBe('loss');
    expect(plot('loss', 'epoch', [line([1000, 0])])[0]).toBe('loss');
    // Equal ratios are equal distances: a straight line has as many cells in each row.
    const perRow = cells(plot('loss', 'epoch', [line(values)])).map((row) => row.replaceAll(' ', '').length);
    expect(Math.max(...perRow) - Math.min(...perRow)).toBeLessThanOrEqual(1);
  });

  test('tells several series apart', () => {
    const lines = plot('loss', 'epoch', [line([1, 2], 'train'), line([2, 1], 'validation')]);
    expect(lines[0]).toBe('loss: ⠶ train  o validation');
    expect(cells(lines)[0]).toMatch(/^o/);
    expect(cells(lines)[9]).toMatch(/^[⠀-⣿].*o$/);
  });

  test.each([
    ['a constant', [5, 5, 5]],
    ['one point', [5]],
    ['the largest numbers', [-Number.MAX_VALUE, Number.MAX_VALUE]],
    ['the smallest', [5e-324, 1e-323]],
    ['many points', times(50_000, (i) => Math.sin(i))],
  ])('of %s stays inside its frame', (_, values) => {
    const lines = plot('loss', 'epoch', [line(values)]);
    expect(cells(lines)).toHaveLength(10);
    expect(drawn(lines)).toBeGreaterThan(0);
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThan(80);
    expect(lines.join('\n')).not.toContain('NaN');
  });

  test('of nothing is a sentence', () => {
    expect(plot('loss', 'epoch', [])).toEqual(['loss: nothing to draw']);
    expect(plot('loss', 'epoch', [line([Number.NaN])])).toEqual([
      'loss: nothing to draw',
      '  1 of 1 values are not finite',
    ]);
  });
});
