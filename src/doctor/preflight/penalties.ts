import { short } from '../../base/index.ts';
import { type Check, ok, skipped } from './check.ts';

/** How many times the loss of the data the penalties may be. */
const most = 1.2;

export const penalties: Check = {
  question: 'Does regularization raise the loss, and less than the data do?',
  healthy: `the penalties add more than 0, and at most ${most} times the loss of the data`,
  meaning: 'what the weights cost outweighs what they are for: the cheapest answer is to let them go to 0',
  quick: true,
  leadsTo: ['overfit'],
  run({ signals, resolved }) {
    const { regularize } = resolved.settings;
    const added = Object.entries(signals.penalties);
    if (added.length === 0) return skipped('no regularization adds to the loss');
    const sum = added.reduce((total, [, penalty]) => total + penalty, 0);
    const measured = `${short(sum)} (${added.map(([name, penalty]) => `${name} ${short(penalty)}`).join(', ')}) beside ${short(signals.loss)}`;
    const weighs = Object.values(signals.parameters).some(({ kind, weight }) => kind === 'weight' && weight > 0);
    const asked = weighs && added.some(([name]) => strengthOf(regularize[name]) > 0);
    if (asked && !(sum > 0))
      return {
        verdict: 'warning',
        measured,
        meaning: 'a penalty that adds nothing moves no weight',
        try: ['check the strength'],
      };
    if (!(sum > most * Math.abs(signals.loss))) return ok(measured);
    const [worst] = added.reduce((a, b) => (b[1] > a[1] ? b : a));
    const strength = strengthOf(regularize[worst]);
    const less = Number(short(strength / 100));
    return {
      verdict: 'warning',
      measured,
      changes:
        strength > 0
          ? [
              {
                what: `${worst} ${strength} -> ${less}`,
                settings: {
                  regularize: { ...regularize, [worst]: { ...(regularize[worst] as object), strength: less } },
                },
              },
            ]
          : [],
    };
  },
};

/** What a proximal penalty does, it does after the update. */
const strengthOf = (options: unknown): number => {
  const { strength, proximal } = options as { strength?: unknown; proximal?: unknown };
  return typeof strength === 'number' && proximal !== true ? strength : 0;
};
