import { short } from '../../base/index.ts';
import { losses } from '../../nn/index.ts';
import { targetFacts } from '../../train/index.ts';
import { type Check, type Outcome, ok } from './check.ts';

/** Mean and deviation that a network of usual first weights reaches in a usual time. */
const [narrowest, widest, farthest] = [0.01, 30, 100] as const;

export const targets: Check = {
  question: 'Can the targets be told apart, and are they of a size that the network gives?',
  healthy: `two classes or more; numbers of deviation ${narrowest} … ${widest} and |mean| up to ${farthest}, as the loss sees them`,
  meaning:
    'a network begins with answers of about 0 and 1: far larger targets make gradients explode, far smaller ones are drowned in what the first weights say',
  quick: true,
  leadsTo: ['initialLoss', 'gradientScale', 'overfit', 'rates', 'labels'],
  run({ dataset, network, rows, resolved }) {
    const facts = targetFacts(dataset, network, rows.train);
    if (facts.kind === 'classes') return ofClasses(facts.counts);
    const { mean, deviation } = worstOf(facts);
    const measured = `mean ${short(mean)}, deviation ${short(deviation)}`;
    if (facts.deviation.every((d) => d === 0))
      return {
        verdict: 'error',
        measured,
        meaning: 'all targets are the same number, so that there is nothing to learn',
        try: ['check that the right column is the target'],
      };
    // Logits and logarithms of rates answer targets of any size, and so does what has learned them before.
    if (losses[network.loss.kind].output !== 'numbers' || network.model.imported) return ok(measured);
    if (deviation >= narrowest && deviation <= widest && Math.abs(mean) <= farthest) return ok(measured);
    const raw = resolved.settings.target === 'raw';
    return {
      verdict: 'warning',
      measured,
      ...(raw
        ? { changes: [{ what: 'target raw -> standardize', settings: { target: 'standardize' } }] }
        : { try: ['look for targets far away from all others'] }),
    };
  },
};

function ofClasses(counts: readonly number[]): Outcome {
  const present = counts.filter((count) => count > 0).length;
  const measured = `${present} ${present === 1 ? 'class' : 'classes'}`;
  if (present > 1) return ok(measured);
  return {
    verdict: 'error',
    measured,
    meaning: 'with one class every answer is right, so that there is nothing to learn',
    try: ['check that the right column is the target, and that a filter has not left one class alone'],
  };
}

/** The target that is farthest from mean 0 and deviation 1; one that never changes asks for nothing. */
function worstOf({ mean, deviation }: Extract<ReturnType<typeof targetFacts>, { kind: 'numbers' }>) {
  const far = (k: number) => Math.max(Math.abs(Math.log(deviation[k])), Math.log(1 + Math.abs(mean[k])));
  const varied = [...mean.keys()].filter((k) => deviation[k] > 0);
  const worst = varied.reduce((a, b) => (far(b) > far(a) ? b : a), varied[0] ?? 0);
  return { mean: mean[worst], deviation: deviation[worst] };
}
