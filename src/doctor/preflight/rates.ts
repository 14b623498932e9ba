import { short, WellfitError } from '../../base/index.ts';
import { type Check, ok, skipped } from './check.ts';
import { heed } from './context.ts';

/** The rate as a multiple of where the loss is lowest, and of where it begins to fall. */
const [most, least] = [5, 0.005] as const;

export const rates: Check = {
  question: 'Is the learning rate one that works?',
  healthy: `at most ${most} times where the loss is lowest in a range test, at least ${least} times where it begins to fall`,
  meaning:
    'above, the updates leap over what they look for and the loss rises or jumps; below, they hardly move the weights',
  quick: false,
  leadsTo: ['overfit'],
  async run(context) {
    const { resolved, network, signal } = context;
    if (network.model.imported) return skipped('the imported model has learned before, so that no loss has to fall');
    const { autoRate, optimizer } = resolved;
    try {
      const { lr, lowest, falling } = await context.rangeTest();
      const curve = `the loss begins to fall at ${short(falling.lr, 2)} and is lowest at ${short(lowest.lr, 2)}`;
      if (autoRate) return ok(`${short(lr, 2)} will be chosen: ${curve}`);
      const own = optimizer.options.lr as number;
      const measured = `${short(own, 2)}: ${curve}`;
      const healthy = `${short(least * falling.lr, 2)} … ${short(most * lowest.lr, 2)}`;
      if (own >= least * falling.lr && own <= most * lowest.lr) return ok(measured, healthy);
      const better = Number(lr.toPrecision(2));
      return {
        verdict: 'warning',
        measured,
        healthy,
        meaning:
          own > lowest.lr
            ? 'the updates leap over what they look for: the loss rises or jumps'
            : 'the updates hardly move the weights: training will seem to stand still',
        changes: [
          {
            what: `learning rate ${short(own, 2)} -> ${short(better, 2)}`,
            settings: { optimizer: { [optimizer.kind]: { ...optimizer.options, lr: better } } },
          },
        ],
      };
    } catch (error) {
      heed(signal);
      if (!(error instanceof WellfitError)) throw error;
      if (error.kind === 'interrupted') return skipped('it would take long: ask for it with wellfit lr');
      // Small batches and hard data show nothing in so few updates; whether the network learns at all is asked on a few rows.
      return skipped(`a range test of a hundred updates does not tell: ${error.facts.received ?? error.message}`);
    }
  },
};
