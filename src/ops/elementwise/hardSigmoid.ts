import { float, operator, requireCount, requireType } from '../operator.ts';
import { floats, lengths, uniform } from '../samples.ts';
import { elementwise } from '../stacked.ts';
import { cast } from './cast.ts';
import { greater } from './greater.ts';
import { less } from './less.ts';
import { mul } from './mul.ts';

/** alpha x + beta, held between 0 and 1. Gradient 0 at both kinks. */
export const hardSigmoid = operator<{ alpha: number; beta: number }>({
  name: 'HardSigmoid',
  attributes: { alpha: 'float', beta: 'float' },
  infer(inputs) {
    requireCount(inputs, 1);
    requireType(inputs[0], 'float');
    return float(inputs[0].shape);
  },
  forward: ([x], { alpha, beta }) =>
    Float64Array.from(x.data, (v) => Math.max(0, Math.min(1, (alpha as number) * v + (beta as number)))),
  gradient({ dy, y, attributes }) {
    const inside = mul(cast(greater(y, 0), { to: 'float' }), cast(less(y, 1), { to: 'float' }));
    return [mul(mul(dy, inside), attributes.alpha as number)];
  },
  stack: elementwise,
  branches: ([x], { alpha, beta }) =>
    Int32Array.from(
      x.data,
      (v) =>
        Math.sign((alpha as number) * v + (beta as number)) + Math.sign((alpha as number) * v + (beta as number) - 1),
    ),
  samples: () => [
    ...lengths.map((n) => ({
      label: `length ${n}`,
      inputs: [uniform([n], -4, 4)],
      attributes: { alpha: 0.2, beta: 0.5 },
    })),
    {
      label: 'as a step',
      inputs: [floats([6], [0, -0, 1e-30, 1, -1e-30, 3e38])],
      attributes: { alpha: 3.4e38, beta: 0 },
      noGradient: 'kinks',
    },
    {
      label: 'extremes',
      inputs: [floats([4], [3e38, -3e38, Infinity, -Infinity])],
      attributes: { alpha: 0.2, beta: 0.5 },
      noGradient: 'too large for a finite difference',
    },
  ],
});
