import { percent, sizeOf } from '../../base/index.ts';
import { parametersOf } from '../../nn/index.ts';
import { gradientCheckOn } from '../../train/index.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';

/** Multiplications that the float64 engine makes in a second, about; and the seconds there are. */
const [speed, seconds] = [3e7, 4] as const;
/** Difference from a finite one, beside the loss, that rounding makes: 2^-52 of the loss divided by the step of 1e-7, and the sum of many such. */
const rounding = 1e-6;
/** A loss above this swallows what a small step changes of it. */
const largest = 1e6;
/** Entries of each parameter: at most, and where fewer would mean nothing. */
const [most, fewest] = [8, 2] as const;

export const gradients: Check = {
  question: 'Are the gradients right?',
  healthy: 'differ from finite differences by less than 1e-3, in float64',
  meaning:
    'an operator sends a wrong gradient back: the network learns something else than the loss asks for, or nothing',
  quick: false,
  leadsTo: ['overfit', 'rates'],
  async run(context) {
    const { dataset, experiment, rows, signals, engine, tamper, progress } = context;
    const several = Math.min(dataset.shape.length === 3 ? 4 : 8, rows.train.length);
    if (several < 2) return skipped('there is one training row');
    if (!(Math.abs(signals.loss) < largest)) return skipped('the loss is too large for finite differences');
    const perParameter = Math.min(most, Math.floor(entriesIn(context, several)));
    if (perParameter < fewest) return skipped('it would take long: ask for it with wellfit gradcheck');
    const report = await gradientCheckOn(dataset, experiment, {
      ...{ rows: several, perParameter, engine, tamper },
      onProgress: (done, total) => progress(done / total),
    });
    const { verdict, ratio, fault, worst } = report;
    const checked = report.parameters.reduce((sum, parameter) => sum + parameter.checked, 0);
    if (verdict === 'unchecked') return skipped('every entry lies at a kink');
    const measured = `differ by ${ratio.toExponential(1)} in ${checked} entries`;
    if (verdict !== 'wrong') return ok(measured);
    const off = Math.max(...worst.map(({ approximate, gradient }) => Math.abs(approximate - gradient)));
    if (off < rounding * Math.max(1, Math.abs(signals.loss)))
      return ok(`${measured}, which are as near to 0 as rounding lets them be compared`);
    const at = fault ? `; the operator ${fault.operator} in "${fault.layer}" by ${percent(fault.ratio, 1)}` : '';
    return {
      verdict: 'error',
      measured: `${measured}${at}`,
      layer: fault?.layer ?? worst[0]?.parameter,
      try: ['wellfit gradcheck shows the entries that differ', 'correct the gradient of that operator'],
    };
  },
};

/** Entries of each parameter that there is time for: each one asks for two evaluations of about half the network. */
function entriesIn({ network: { model } }: Context, rows: number): number {
  const work = model.layers.reduce((sum, { kind, output, parameters }) => {
    const places = kind === 'conv2d' ? output[1] * output[2] : 1;
    const weights = Object.values(parameters).reduce((n, { shape }) => n + sizeOf(shape), 0);
    // Everything else passes over its numbers a few times.
    return sum + weights * places + 20 * sizeOf(output);
  }, 0);
  const imported = model.imported?.tensors.reduce((n, { tensor }) => n + 100 * sizeOf(tensor.shape), 0) ?? 0;
  return (seconds * speed) / ((work + imported) * rows * parametersOf(model).length);
}
