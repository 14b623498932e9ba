import { short } from '../../base/index.ts';
import { replaceInit } from '../changes.ts';
import { overshoot, starvation } from '../effects.ts';
import { type Linear, learnedLess, linearLayers } from '../inside.ts';
import type { Rule } from '../rule.ts';

/** Hidden units that began equal, and are. */
export const symmetricUnits: Rule = {
  question: 'Do the units of a hidden layer differ from each other?',
  needs: ['signals'],
  leadsTo: ['initialScaleTooLarge', 'bottleneck', ...overshoot, ...starvation],
  look(history) {
    const [first] = history.signals;
    const latest = history.signals.at(-1)!;
    const now = new Map(linearLayers(latest).map((one) => [one.name, one]));
    const equal = linearLayers(first).filter((one) => !one.last && one.own.units > 1 && isEqual(one));
    const found = equal.find(({ name }) => {
      const { own, weights } = now.get(name)!;
      return latest.update > 1 && (own.distinct <= 1 || weights.values.low === weights.values.high);
    });
    // Where the layer behind it is equal too, so are the gradients.
    const [start] = history.signals.length === 1 && isEqual(linearLayers(first).at(-1)) ? equal : [];
    const broken = found ? undefined : (start ?? (learnedLess(history, 0.8) ? equal[0] : undefined));
    const { name, own, weights } = found ?? broken ?? {};
    if (!name || !own || !weights) return undefined;
    return {
      severity: found ? 'error' : 'warning',
      layer: name,
      since: 0,
      saw: `all first weights of ${name} are ${short(weights.values.low)}; ${found ? `at update ${latest.update} its ${own.units} units are still one and the same, or silent` : `its ${own.units} units begin as one`}; healthy weights are all different`,
      why: 'units that begin equal get equal gradients and stay equal: the layer works as if it had one unit',
      try: ['"init": "auto" (the default): random weights that suit the activation; only biases begin at 0'],
      changes: replaceInit(history.settings),
    };
  },
};

const isEqual = (one?: Linear): boolean => one !== undefined && one.weights.values.low === one.weights.values.high;
