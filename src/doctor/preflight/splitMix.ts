import { percent, short } from '../../base/index.ts';
import type { SplitName } from '../../data/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import type { Context } from './context.ts';

/** Share of the rows that would have to change their class for the splits to agree, and standard errors beyond which chance is out. */
const [mostMoved, mostErrors] = [0.25, 4] as const;
/** Standard deviations that the means of two splits may lie apart. */
const mostApart = 0.75;

/** Rows that were sorted by their label, and are then cut in order, leave a class to one split. */
export const splitMix: Check = {
  question: 'Do training, validation and test rows have the same mix of targets?',
  healthy: `no more than ${percent(mostMoved, 0)} of the rows would have to change class; means within ${mostApart} deviations`,
  meaning: 'what is learned on one mix is measured on another: rows sorted by label or by time were cut in order',
  quick: true,
  leadsTo: [],
  run(context) {
    const others = (['validation', 'test'] as const).filter((name) => context.rows[name].length > 0);
    if (others.length === 0) return skipped('all rows are for training');
    const found = others.map((name) => compare(context, name));
    return found.find(({ verdict }) => verdict !== 'ok') ?? ok(found.map(({ measured }) => measured).join('; '));
  },
};

function compare({ dataset: { targets }, rows, resolved }: Context, name: SplitName): Outcome {
  const own = rows[name];
  const apart = 'split.by "row", where the task allows it, so that every split has its share';
  const remedies =
    resolved.settings.split.by === 'row' ? ['shuffle the rows before the test rows are set apart'] : [apart];
  if (targets.kind === 'classes') {
    const [a, b] = [rows.train, own].map((list) => sharesOf(list, targets.data, targets.classes.length));
    const moved = a.reduce((sum, p, k) => sum + Math.abs(p - b[k]), 0) / 2;
    const chance = a.reduce((sum, p) => sum + Math.sqrt((p * (1 - p)) / own.length), 0) / 2;
    const measured = `${name}: ${percent(moved, 1)} of the rows`;
    if (moved <= mostMoved || moved <= mostErrors * chance) return ok(measured);
    return { verdict: 'warning', measured, try: remedies };
  }
  const [a, b] = [rows.train, own].map((list) => momentsOf(list, targets.data, targets.width));
  const distance = a.map(({ mean, deviation }, k) => Math.abs(mean - b[k].mean) / (deviation || 1));
  const far = Math.max(...distance);
  const measured = `${name}: means ${short(far, 2)} deviations apart`;
  if (far <= mostApart || far <= mostErrors / Math.sqrt(own.length)) return ok(measured);
  return { verdict: 'warning', measured, try: remedies };
}

function sharesOf(rows: Int32Array, labels: Int32Array, classes: number): number[] {
  const shares = new Array<number>(classes).fill(0);
  for (const row of rows) shares[labels[row]] += 1 / rows.length;
  return shares;
}

const momentsOf = (rows: Int32Array, data: Float32Array, width: number) =>
  Array.from({ length: width }, (_, k) => {
    let [sum, squares] = [0, 0];
    for (const row of rows) sum += data[row * width + k];
    const mean = sum / rows.length;
    for (const row of rows) squares += (data[row * width + k] - mean) ** 2;
    return { mean, deviation: Math.sqrt(squares / rows.length) };
  });
