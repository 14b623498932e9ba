import { short } from '../../base/index.ts';
import { losses } from '../../nn/index.ts';
import { lossOf, predictionsOf } from '../../train/index.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';

/**
 * Share of the expected loss below which the answer must be known already, and what above it the first weights are too sure at: a multiple, or
 * these nats more, because two classes are guessed at little loss.
 */
const least = 0.5;
const most = { logits: 3, scores: 3, numbers: 10 } as const;
const more = 3;

export const initialLoss: Check = {
  question: 'Is the first loss that of guessing?',
  healthy: 'near ln C for C classes, the variance for squared errors',
  meaning:
    'before it has learned anything the network is sure of its answers, and wrong: the first updates are spent on unlearning',
  quick: true,
  leadsTo: [],
  async run(context) {
    const { network, signals, constant } = context;
    const { output } = losses[network.loss.kind];
    if (network.model.imported) return skipped('the imported model has learned before');
    if (output === 'logRates') return skipped('the loss of guessing is not known for rates');
    const zeros = await lossOfZeros(context);
    const expected = output === 'numbers' ? constant : zeros;
    const { loss } = signals;
    if (expected === undefined || !(expected > 0)) return skipped('the loss of guessing is not known');
    if (!Number.isFinite(loss)) return skipped('the loss is no number');
    // Numbers that are learned as they are may lie far from 0, where a network begins.
    const ceiling =
      output === 'numbers'
        ? most.numbers * Math.max(expected, zeros)
        : Math.max(most[output] * expected, expected + more);
    const floor = least * Math.min(expected, constant ?? expected);
    const guess = `guessing gives ${short(expected)}${output === 'logits' ? `, which is ${whatGuessing(context)}` : ''}`;
    const healthy = `${short(floor)} … ${short(ceiling)}; ${guess}`;
    const measured = `${short(loss)} over ${signals.rows} rows`;
    if (loss >= floor && loss <= ceiling) return ok(measured, healthy);
    if (loss < floor)
      return {
        verdict: 'warning',
        measured,
        healthy,
        meaning:
          'the network answers better than it can know: the weights have learned before, or an input is the target',
        try: ['look for the target among the inputs'],
      };
    return {
      verdict: 'warning',
      measured,
      healthy,
      try: [
        'the initializer "auto" in the last layer',
        'inputs of deviation 1',
        'see what else was found: a high first loss is often an effect',
      ],
    };
  },
};

/** The mean loss where the network gives 0 for every row. */
async function lossOfZeros({ dataset, network, batch }: Context): Promise<number> {
  const [width] = network.model.output;
  return lossOf(network, predictionsOf(dataset, batch, new Float64Array(batch.length * width), width));
}

function whatGuessing({ dataset: { targets }, network: { loss } }: Context): string {
  const plain = Object.values(loss.options).every((value) => value === 0 || value === 1);
  if (targets.kind === 'numbers') return 'ln 2 for each label';
  if (!plain) return 'ln C as the loss weighs it';
  return `ln ${loss.kind === 'binaryCrossEntropy' ? 2 : targets.classes.length}`;
}
