import { Random } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';

/** Two rings around the origin: no line separates them, a small network does. */
export function rings() {
  const random = new Random(5);
  const targets = Array.from({ length: 400 }, (_, i) => i % 2);
  const features = targets.map((ring) => {
    const angle = 2 * Math.PI * random.uniform();
    const radius = 1 + ring + 0.1 * random.normal();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return fromArrays({ name: 'rings', features, targets, classes: ['inner', 'outer'] });
}

export const ringsExperiment = {
  data: { dataset: 'rings' },
  model: [{ dense: { units: 16 } }, 'batchNorm', 'relu', { dropout: { rate: 0.1 } }, { dense: { units: 2 } }],
  optimizer: { adam: { lr: 0.02 } },
  epochs: 12,
  batchSize: 25,
  earlyStopping: false,
} as const;
