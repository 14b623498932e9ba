import { percent } from '../../base/index.ts';
import { type Check, ok, skipped } from './check.ts';

const most = 0.5;

export const saturation: Check = {
  question: 'Do activations with bounds stay away from them?',
  healthy: `at most ${percent(most, 0)} of the numbers within a hundredth of a bound`,
  meaning: 'near its bounds an activation is flat, so that next to no gradient passes to the layers before it',
  quick: true,
  leadsTo: ['gradientScale', 'overfit', 'rates'],
  run({ signals }) {
    const bounded = Object.entries(signals.layers).flatMap(([name, { saturated }]) =>
      saturated === undefined ? [] : [{ name, saturated }],
    );
    if (bounded.length === 0) return skipped('no activation has bounds');
    const worst = bounded.reduce((a, b) => (b.saturated > a.saturated ? b : a));
    const measured = `at most ${percent(worst.saturated, 1)}, in "${worst.name}"`;
    if (!(worst.saturated > most)) return ok(measured);
    return {
      verdict: 'warning',
      measured: `${percent(worst.saturated, 1)} in "${worst.name}"`,
      layer: worst.name,
      try: ['inputs of deviation 1', 'the initializer "auto" in the layer before', 'relu in hidden layers'],
    };
  },
};
