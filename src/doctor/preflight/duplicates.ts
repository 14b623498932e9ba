import { percent } from '../../base/index.ts';
import { type Dataset, repeatedRows } from '../../data/index.ts';
import { type Check, ok, skipped } from './check.ts';

/** Share of the held-out rows that may be training rows too: anyhow, and where the training rows hardly repeat each other. */
const [most, mostUnlikeTrain] = [0.5, 0.1] as const;

export const duplicates: Check = {
  question: 'Are the rows that measure the network new to it?',
  healthy: `no more than ${percent(mostUnlikeTrain, 0)}, or three times as many as repeat each other inside the training rows; of fine numbers and images no more than ${percent(most, 0)}`,
  meaning: 'what was learned by heart counts as understood, so that the measures flatter and stopping comes too late',
  quick: false,
  leadsTo: [],
  run({ dataset, rows }) {
    if (rows.validation.length + rows.test.length === 0) return skipped('all rows are for training');
    const repeats = repeatedRows(dataset, rows);
    const held = repeats.rows.filter(({ other }) => other === 'train');
    // Coarse numbers repeat everywhere; copies that were put into two splits repeat between them alone.
    const halves = [0, 1].map((half) => rows.train.filter((_, i) => i % 2 === half));
    const inside = repeatedRows(dataset, { train: halves[0], validation: halves[1], test: new Int32Array(0) });
    const usual = inside.rows.length > 0 ? inside.rows[0].rows / inside.rows[0].of : 0;
    const measured = `${held.map((pair) => `${percent(pair.rows / pair.of, 1)} of the ${pair.split} rows`).join(', ') || 'none'}; ${percent(usual, 1)} inside the training rows`;
    const worst = held.toSorted((a, b) => b.rows / b.of - a.rows / a.of)[0];
    const share = worst ? worst.rows / worst.of : 0;
    const copied = worst && worst.rows > 5 && share > mostUnlikeTrain && share > 3 * usual;
    if (!copied && !(share > most && isFine(dataset, rows.train))) return ok(measured);
    return {
      verdict: 'warning',
      measured,
      layer: worst.split,
      try: [
        'remove repeated rows before the data is divided',
        'where copies belong together, give them a group and split by group',
      ],
    };
  },
};

/** Whether the rows are so detailed that two of them are hardly ever equal by chance: images, and columns of many different numbers. */
function isFine({ features, shape }: Dataset, rows: Int32Array): boolean {
  if (shape.length === 3) return true;
  const many = Math.max(50, rows.length / 20);
  return Array.from({ length: shape[0] }, (_, at) => at).some((at) => {
    const values = new Set<number>();
    return rows.some((row) => values.add(features[row * shape[0] + at]).size > many);
  });
}
