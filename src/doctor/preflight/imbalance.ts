import { grouped, percent, short } from '../../base/index.ts';
import { targetFacts } from '../../train/index.ts';
import type { Change } from '../finding.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';

const least = 0.15;

/** Classes that there are in effect, beyond the first: exp of the entropy, on a scale from one class (0) to all alike (1). */
const evenness = (shares: readonly number[]): number => {
  const entropy = shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  return (Math.exp(entropy) - 1) / (shares.length - 1);
};

export const imbalance: Check = {
  question: 'Has every class rows enough beside the others?',
  healthy: `evenness ${least} or more (1: all classes alike; 0.36: ten to one)`,
  meaning:
    'to answer with the frequent class is nearly always right, so that the network has little reason to learn the rare ones',
  quick: true,
  leadsTo: [],
  run(context) {
    const { dataset, network, rows } = context;
    const facts = targetFacts(dataset, network, rows.train);
    if (facts.kind === 'numbers') return skipped('the targets are numbers');
    const total = rows.train.length;
    const shares = facts.counts.map((count) => count / total);
    if (shares.length < 2) return skipped('there is one class');
    const even = evenness(shares);
    const rare = shares.indexOf(Math.min(...shares));
    const name = dataset.targets.kind === 'classes' ? dataset.targets.classes[rare] : '';
    const measured = `evenness ${short(even, 2)}; the rarest class, "${name}", has ${grouped(facts.counts[rare])} rows, ${percent(shares[rare], 1)}`;
    if (even >= least) return ok(measured);
    const { classWeights, positiveWeight } = network.loss.options as Record<string, unknown>;
    if (classWeights !== undefined || (positiveWeight !== undefined && positiveWeight !== 1))
      return ok(`${measured}; the loss weighs them`);
    return {
      verdict: 'warning',
      measured,
      try: ['more rows of the rare classes', 'the metric "balancedAccuracy" in place of accuracy'],
      changes: changesFor(context, facts.counts),
    };
  },
};

function changesFor({ network: { loss } }: Context, counts: readonly number[]): Change[] {
  if (loss.kind === 'crossEntropy')
    return [
      {
        what: 'classes weighed evenly in the loss',
        settings: { loss: { crossEntropy: { ...loss.options, classWeights: 'balanced' } } },
      },
    ];
  if (loss.kind !== 'binaryCrossEntropy' || counts[1] === 0) return [];
  const positiveWeight = Number(short(counts[0] / counts[1]));
  return [
    {
      what: `positiveWeight ${positiveWeight} in the loss`,
      settings: { loss: { binaryCrossEntropy: { ...loss.options, positiveWeight } } },
    },
  ];
}
