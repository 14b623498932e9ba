import { formatShape } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add } from '../elementwise/add.ts';
import { mul } from '../elementwise/mul.ts';
import { neg } from '../elementwise/neg.ts';
import { pow } from '../elementwise/pow.ts';
import { sub } from '../elementwise/sub.ts';
import { reshape } from '../layout/reshape.ts';
import { float, operator, require, requireCount, requireType } from '../operator.ts';
import { uniform } from '../samples.ts';
import { sumTo } from '../sumTo.ts';

/** (x - mean) / sqrt(variance + epsilon) * scale + bias per channel (axis 1), with statistics that are given, not measured. */
export const batchNormalization = operator<{ epsilon: number }>({
  name: 'BatchNormalization',
  attributes: { epsilon: 'float' },
  infer(inputs) {
    requireCount(inputs, 5);
    for (const input of inputs) requireType(input, 'float');
    const [x, ...perChannel] = inputs;
    require(x.shape.length >= 2, `it needs a channel axis, not ${formatShape(x.shape)}`);
    for (const p of perChannel)
      require(p.shape.length === 1 &&
        p.shape[0] ===
          x.shape[1], `scale, bias, mean and variance must be [${x.shape[1]}], not ${formatShape(p.shape)}`);
    return float(x.shape);
  },
  forward([x, scale, bias, mean, variance], { epsilon }) {
    const channels = x.shape[1];
    const inner = x.shape.slice(2).reduce((n, s) => n * s, 1);
    return Float64Array.from(x.data, (value, i) => {
      const c = Math.floor(i / inner) % channels;
      return (
        ((value - mean.data[c]) / Math.sqrt(variance.data[c] + (epsilon as number))) * scale.data[c] + bias.data[c]
      );
    });
  },
  gradient({ dy, inputs: [x, scale, bias, mean, variance], attributes, needs }) {
    const channels = x.shape[1];
    const wide = [channels, ...x.shape.slice(2).map(() => 1)];
    const kept = (v: Value) => reshape(v, { shape: wide });
    const total = (v: Value) => reshape(sumTo(v, wide), { shape: [channels] });
    const inverse = pow(add(variance, attributes.epsilon as number), -0.5);
    const slope = mul(scale, inverse);
    const centered = () => total(mul(dy, sub(x, kept(mean))));
    return [
      needs[0] ? mul(dy, kept(slope)) : null,
      needs[1] ? mul(centered(), inverse) : null,
      needs[2] ? reshape(total(dy), { shape: bias.shape }) : null,
      needs[3] ? neg(mul(total(dy), slope)) : null,
      needs[4] ? mul(mul(centered(), -0.5), mul(slope, mul(inverse, inverse))) : null,
    ];
  },
  samples: () =>
    [
      [4, 3],
      [2, 3, 2, 2],
      [1, 1],
      [2, 9, 1, 1],
    ].map((shape) => ({
      label: formatShape(shape),
      inputs: [
        uniform(shape),
        uniform([shape[1]], 0.5, 2, 2),
        uniform([shape[1]], -1, 1, 3),
        uniform([shape[1]], -1, 1, 4),
        uniform([shape[1]], 0.2, 2, 5),
      ],
      attributes: { epsilon: 1e-5 },
    })),
});
