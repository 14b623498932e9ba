import { grouped, sizeOf } from '../../base/index.ts';
import { type Check, ok, skipped } from './check.ts';
import { isWeighing } from './layers.ts';

/** Outputs that one hidden number may have to serve. */
const most = 8;

export const units: Check = {
  question: 'Is every hidden layer wide enough for what comes after it?',
  healthy: `2 numbers or more, and one for every ${most} outputs`,
  meaning: 'everything that the answer depends on has to pass through the narrowest layer',
  quick: true,
  leadsTo: ['overfit'],
  run({ network: { model } }) {
    const hidden = model.layers.filter(isWeighing).slice(0, -1);
    if (hidden.length === 0) return skipped('there is no hidden layer');
    const outputs = sizeOf(model.output);
    const narrow = hidden.reduce((a, b) => (sizeOf(b.output) < sizeOf(a.output) ? b : a));
    const width = sizeOf(narrow.output);
    const measured = `the narrowest, "${narrow.name}", gives ${grouped(width)} ${width === 1 ? 'number' : 'numbers'} for ${grouped(outputs)} ${outputs === 1 ? 'output' : 'outputs'}`;
    const least = Math.max(2, Math.ceil(outputs / most));
    if (width >= least) return ok(measured);
    return {
      verdict: 'warning',
      measured,
      layer: narrow.name,
      try: [`${grouped(Math.max(16, 2 * outputs))} units in "${narrow.name}"`],
    };
  },
};
