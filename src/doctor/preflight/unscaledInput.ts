import { short } from '../../base/index.ts';
import type { Change } from '../finding.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';

/** Root mean square of the inputs that first weights of any initializer can work with. */
const [low, high] = [0.02, 10] as const;

/** Initializers and usual learning rates count on inputs of about mean 0 and deviation 1. */
export const unscaledInput: Check = {
  question: 'Are the inputs of a size that first weights are made for?',
  healthy: `root mean square ${low} … ${high}, as the network sees them`,
  meaning:
    'the gradient of a weight is its input times what comes back: with inputs far from 1 no learning rate suits both these weights and all others',
  quick: true,
  leadsTo: ['finite', 'initialLoss', 'activationScale', 'saturation', 'deadUnits', 'gradientScale', 'overfit', 'rates'],
  run(context) {
    const { network, signals } = context;
    if (network.model.imported) return skipped('the imported model brings its own first layers');
    // Codes of categories stand among the inputs until "embed" has made vectors of them.
    const [first] = network.model.layers;
    const { mean, deviation, largest } = first?.kind === 'embed' ? signals.layers[first.name] : signals.input;
    const size = Math.hypot(mean, deviation);
    const measured = `mean ${short(mean)}, deviation ${short(deviation)}, largest ${short(largest)}`;
    if (!Number.isFinite(size)) return skipped('the inputs are not finite');
    // Where nearly all is 0, as in counts of words, the few numbers that are not have their size all the same.
    if (size <= high && (size >= low || largest >= 0.5)) return ok(measured);
    if (first?.kind.endsWith('Norm')) return ok(`${measured}; "${first.name}" scales them`);
    return { verdict: 'warning', measured, layer: 'input', changes: changesFor(context) };
  },
};

function changesFor({ resolved: { settings } }: Context): Change[] {
  if (settings.preprocess.includes('standardize')) return [];
  return [
    {
      what: `preprocess ${JSON.stringify(settings.preprocess)} -> ["standardize"]`,
      settings: { preprocess: ['standardize'] },
    },
  ];
}
