import type { Value } from '../../graph/index.ts';
import {
  add,
  cast,
  concat,
  cos,
  div,
  equal,
  floor,
  gather,
  max,
  min,
  mul,
  reduceSum,
  reshape,
  sin,
  sqrt,
  sub,
  transpose,
  where,
} from '../../ops/index.ts';
import { constantOf } from '../fitting/constants.ts';
import type { Fitted, FittedTensor } from '../preprocessor.ts';

const turned = (x: Value): Value => transpose(x, { perm: [1, 0] });

/** Raw columns, [batch, columns], as features, [batch, width]; inside, a column is a row of [columns, batch]. */
export function applyTable(x: Value, fitted: Fitted): Value {
  const columns = turned(x);
  const pick = (positions: FittedTensor): Value => gather(columns, ints(x, positions), { axis: 0 });
  const has = (name: string) => (fitted[name]?.data.length ?? 0) > 0;
  const parts: Value[] = [];
  const numbers = fitted.numbers.data.length;
  const dates = fitted.dates.data.length;
  const slice = (name: 'median' | 'factor', from: number, count: number): Value =>
    constantOf(x.graph, { shape: [count, 1], data: fitted[name].data.slice(from, from + count) }, name);
  if (numbers > 0) {
    const filled = fill(pick(fitted.numbers), slice('median', 0, numbers));
    parts.push(scaled(filled, slice('median', 0, numbers), slice('factor', 0, numbers)));
    if (has('pieces')) parts.push(piecesOf(x, filled, fitted));
  }
  if (dates > 0) {
    const filled = fill(pick(fitted.dates), slice('median', numbers, dates));
    parts.push(scaled(filled, slice('median', numbers, dates), slice('factor', numbers, dates)), ...phases(filled));
  }
  if (has('flags')) parts.push(sub(1, isThere(pick(fitted.flags))));
  const dense = parts.map(turned);
  if (has('oneHot'))
    dense.push(oneHot(slotsOf(x, pick(fitted.oneHot), fitted, 'oneHot'), total(fitted['oneHot.slots'])));
  if (has('embedded')) dense.push(turned(slotsOf(x, pick(fitted.embedded), fitted, 'embedded')));
  return dense.length === 1 ? dense[0] : concat(...dense, { axis: 1 });
}

const total = ({ data }: FittedTensor): number => data.reduce((sum, n) => sum + n, 0);

const ints = ({ graph }: Value, { shape, data }: FittedTensor): Value =>
  graph.constant({ dtype: 'int32', shape, data: Int32Array.from(data) }, 'columns');

/** 1 where a number stands, 0 where none does: only NaN differs from itself. */
const isThere = (x: Value): Value => cast(equal(x, x), { to: 'float' });

const fill = (x: Value, median: Value): Value => where(equal(x, x), x, median);

const farthest = 1e6;

/** z / √(1 + (z/3)²) of the scaled number: about z where |z| is small, and never beyond 3 (RealMLP's smooth clipping). */
function scaled(x: Value, median: Value, factor: Value): Value {
  // Beyond it squares leave what 32 bits hold.
  const z = max(min(mul(sub(x, median), factor), farthest), -farthest);
  return div(z, sqrt(add(1, mul(mul(z, z), 1 / 9))));
}

/** How much of each piece lies below a number, 0 … 1, less the mean of that: [numbers * bins, batch]. */
function piecesOf(x: Value, filled: Value, fitted: Fitted): Value {
  const of = (name: string) => constantOf(x.graph, fitted[`pieces.${name}`], name);
  const repeated = gather(filled, ints(x, fitted.pieces), { axis: 0 });
  const share = mul(sub(repeated, of('low')), of('factor'));
  return sub(min(max(share, 0), 1), of('mean'));
}

/** Sines and cosines of the place in the year, the week and the day: 4, 6 and 4 rows for each date. */
function phases(days: Value): Value[] {
  const day = floor(days);
  const year = mul(days, 1 / 365.2425);
  // 1970-01-01 was a Thursday: weeks begin on Sunday.
  const sunday = add(day, 4);
  const week = mul(sub(sunday, mul(floor(mul(sunday, 1 / 7)), 7)), 1 / 7);
  const waves = (phase: Value, harmonics: number) =>
    Array.from({ length: harmonics }, (_, k) => {
      const angle = mul(sub(phase, floor(phase)), 2 * Math.PI * (k + 1));
      return [sin(angle), cos(angle)];
    }).flat();
  return [...waves(year, 2), ...waves(week, 3), ...waves(sub(days, day), 2)];
}

/** The slot of each code, [categories, batch]. */
function slotsOf(x: Value, codes: Value, fitted: Fitted, name: 'oneHot' | 'embedded'): Value {
  const start = constantOf(x.graph, fitted[`${name}.start`], 'start');
  const lookup = constantOf(x.graph, fitted[`${name}.lookup`], 'lookup');
  return gather(lookup, cast(add(add(codes, 1), start), { to: 'int32' }), { axis: 0 });
}

/** Slots, [categories, batch], as ones among zeros, [batch, width]. */
function oneHot(slots: Value, width: number): Value {
  const { graph } = slots;
  const [categories, batch] = slots.shape;
  const each = graph.constant({
    dtype: 'float',
    shape: [1, 1, width],
    data: Float64Array.from({ length: width }, (_, i) => i),
  });
  const hit = cast(equal(reshape(turned(slots), { shape: [batch, categories, 1] }), each), { to: 'float' });
  return reduceSum(hit, { axes: [1], keepdims: 0 });
}
