import { grouped, percent, short, sizeOf } from '../../base/index.ts';
import { entriesOf, put } from '../changes.ts';
import { overshoot } from '../effects.ts';
import { learnedLess } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Numbers that a mean of a batch normalization should be taken over. */
const least = 8;

/** A batch normalization whose means say little, in training or afterwards. */
export const batchStatistics: Rule = {
  question: 'Can batch normalization estimate its means and variances?',
  needs: ['losses'],
  leadsTo: ['noisyBatches', 'overfitting', 'lossMetricDisagree', 'vanishingGradient', ...overshoot],
  look({ settings, layers, losses, epochs, ...rest }) {
    const norm = layers.find(({ kind }) => kind === 'batchNorm');
    if (!norm) return undefined;
    const history = { settings, layers, losses, epochs, ...rest };
    const count = settings.batchSize * sizeOf(norm.output.slice(1));
    const { momentum } = entriesOf(settings).find(({ options }) => options.name === norm.name)!.options as {
      momentum: number;
    };
    const late = epochs.at(-1);
    const worse = late?.validation ? late.validation.loss / late.train.loss : Number.NaN;
    const stale = (1 - momentum) ** losses.length;
    if (stale > 0.1 && worse > 1.5 && losses.length >= 50)
      return {
        severity: 'warning',
        layer: norm.name,
        since: 1,
        saw: `with a momentum of ${short(momentum)} the running mean of ${norm.name} is still ${percent(stale, 0)} its first value after ${grouped(losses.length)} updates; the validation loss is ${short(worse)} times the training loss`,
        why: 'training uses the means of each batch, evaluation the running ones: while these lag behind, the trained network is another one',
        try: ['leave "momentum" at 0.1', 'train for longer'],
        changes: put('momentum of batch normalization -> 0.1', {
          model: settings.model.map((entry) => withMomentum(entry as Record<string, object>)),
        }),
      };
    if (count >= least || !(learnedLess(history, 0.8) || worse > 1.5)) return undefined;
    const batch = Math.min(rest.rows.train, Math.max(32, settings.batchSize));
    return {
      severity: 'warning',
      layer: norm.name,
      since: 1,
      saw: `${norm.name} takes its means over ${grouped(count)} numbers, batches of ${grouped(settings.batchSize)} rows; ${least} and more are healthy`,
      why: 'means of so few numbers are mostly noise, and normalizing by them erases what the rows differ in',
      try: ['larger batches: 32 rows', '"layerNorm" or "groupNorm", which do not look at other rows'],
      changes: put(`batchSize ${settings.batchSize} -> ${batch}`, { batchSize: batch }),
    };
  },
};

const withMomentum = (entry: Readonly<Record<string, object>>) =>
  entry.batchNorm ? { batchNorm: { ...entry.batchNorm, momentum: 0.1 } } : entry;
