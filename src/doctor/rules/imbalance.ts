import { grouped, percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { entryOf, isLate } from '../curves.ts';
import type { History } from '../history.ts';
import { median } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Rows of the largest class for one of the smallest: fewer than so many are no trouble. */
const uneven = 5;
/** Share of the way from naming always the same class to being always right, below which the rare classes are missed. */
const [leastOfAccuracy, leastOfBalanced] = [0.35, 0.75];
/** Rows of rare classes that must have been asked for. */
const asked = 5;

/** Some classes are so rare that leaving them out costs next to nothing. */
export const imbalance: Rule = {
  question: 'Are rare classes found?',
  needs: ['epochs'],
  leadsTo: ['lossMetricDisagree', 'underfitting', 'lateStart'],
  look(history) {
    const { target, rows, settings, epochs } = history;
    if (target.kind !== 'classes' || !isLate(history)) return undefined;
    const { kind, options } = entryOf(settings.loss);
    const counts = target.counts.filter((n) => n > 0);
    const [most, fewest] = [Math.max(...counts), Math.min(...counts)];
    if (options.classWeights !== undefined || most < uneven * fewest) return undefined;
    if ((1 - most / rows.train) * rows.validation < asked) return undefined;
    const metric = median(epochs.slice(-Math.ceil(epochs.length / 5)).map((epoch) => epoch.validation?.metric ?? NaN));
    const found = skillOf(history, metric);
    if (!found || !(found.skill < found.least)) return undefined;
    const trained = epochs.at(-1)!.train.metric;
    if (trained !== undefined && !((skillOf(history, trained)?.skill ?? 0) < found.least)) return undefined;
    return {
      severity: 'warning',
      since: 1,
      saw: `the largest class has ${grouped(most)} training rows, the smallest ${grouped(fewest)}; the validation ${entryOf(settings.metric).kind} is ${short(metric)}, ${percent(Math.max(0, found.skill), 0)} of the way from naming always the same class (${short(found.chance)}) to being always right (${percent(found.least, 0)} and more is expected)`,
      why: 'the mean loss counts rows, not classes: so few rows move it less than all others do',
      try: [
        `"loss": { "${kind}": { "classWeights": "balanced" } }: every class weighs the same`,
        'judge by a metric that counts classes, such as "balancedAccuracy" or "f1"',
        'more rows of the rare classes',
      ],
      changes:
        kind === 'crossEntropy'
          ? put('class weights -> balanced', { loss: { crossEntropy: { ...options, classWeights: 'balanced' } } })
          : [],
    };
  },
};

/** How far a metric stands between what naming always the same class gives, and 1. */
function skillOf({ settings, target, rows }: History, metric: number) {
  if (target.kind !== 'classes') return undefined;
  const { kind, options } = entryOf(settings.metric);
  const classes = target.counts.filter((n) => n > 0).length;
  const perClass = kind === 'balancedAccuracy' || (['recall', 'f1'].includes(kind) && options.average === 'macro');
  if (!perClass && kind !== 'accuracy') return undefined;
  const chance = perClass ? 1 / classes : Math.max(...target.counts) / rows.train;
  return { chance, skill: (metric - chance) / (1 - chance), least: perClass ? leastOfBalanced : leastOfAccuracy };
}
