import { grouped, percent, short } from '../../base/index.ts';
import { type Dataset, epochOrder } from '../../data/index.ts';
import { losses } from '../../nn/index.ts';
import { constantLoss, firstMemory, lossOf, numbersOf, predictionsOf, Trainer } from '../../train/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import { type Context, heed } from './context.ts';
import { type Curve, judgeCurve, near } from './curve.ts';
import { withoutNoise } from './layers.ts';

/** Rows to be learned by heart, updates and milliseconds for it. */
const [most, updates, patience] = [20, 300, 2000] as const;
/** A loss that rose this many times above its start was thrown there. */
const far = 1.5;

export const overfit: Check = {
  question: 'Can the network learn a few rows by heart?',
  healthy: `the loss of ${most} rows falls to ${percent(near, 0)} of that of guessing, or is still falling when time is up`,
  meaning: 'a network that cannot learn a few rows cannot learn many: data, loss, model or learning rate are wrong',
  quick: false,
  leadsTo: [],
  async run(context) {
    const { dataset, network, resolved } = context;
    if (network.model.imported) return skipped('the imported model has learned before');
    const rows = fewRows(context);
    if (rows.length < 2) return skipped('there are too few rows');
    const lr = resolved.autoRate ? await foundRate(context) : (resolved.optimizer.options.lr as number);
    const curve = await learn(context, rows, lr);
    const guessing = (await constantLoss(dataset, network, rows)) ?? curve[0];
    const floor = await perfectLoss(context, rows);
    if (!(guessing - floor > 1e-6)) return skipped('the chosen rows have one target');
    const verdict = judgeCurve(curve, { guessing, floor });
    const final = curve[curve.length - 1];
    const measured = `${words[verdict]}: ${short(curve[0], 3)} -> ${short(final, 3)} in ${grouped(curve.length)} updates on ${rows.length} rows; guessing gives ${short(guessing, 3)}`;
    if (verdict === 'reached' || verdict === 'falling') return ok(measured);
    const thrown = verdict === 'plateaus' && Math.max(...curve) > far * Math.max(curve[0], guessing);
    return { ...outcomes[thrown ? 'thrown' : verdict](context, lr), measured };
  },
};

const words: Readonly<Record<Curve, string>> = {
  reached: 'learned by heart',
  falling: 'still falling',
  rises: 'rises',
  explodes: 'explodes',
  oscillates: 'oscillates',
  plateaus: 'stands still',
};

/** What each shape of the curve means (J. Tobin, Troubleshooting Deep Neural Networks). */
const outcomes: Readonly<
  Record<
    'rises' | 'explodes' | 'oscillates' | 'plateaus' | 'thrown',
    (context: Context, lr: number) => Omit<Outcome, 'measured'>
  >
> = {
  rises: (context, lr) => ({
    verdict: 'error',
    meaning:
      'a loss that rises on rows it is trained on: the learning rate is too high, or the sign of a gradient is wrong',
    changes: slower(context, lr),
    try: ['compare the gradients: wellfit gradcheck'],
  }),
  explodes: (context, lr) => ({
    verdict: 'error',
    meaning: 'the updates grow by themselves: the learning rate is far too high, or the numbers leave their range',
    changes: slower(context, lr),
    try: ['clip the gradients: --set clip.norm=1', 'inputs and targets of deviation 1'],
  }),
  oscillates: (context, lr) => ({
    verdict: 'warning',
    meaning:
      'the updates leap from side to side: the learning rate is too high, or the targets of like rows contradict each other',
    changes: slower(context, lr),
    try: ['look at a few rows with their labels'],
  }),
  thrown: (context, lr) => ({
    verdict: 'error',
    meaning:
      'the first updates threw the weights so far that nothing moves them any more: the learning rate is far too high',
    changes: slower(context, lr),
  }),
  plateaus: (context, lr) => ({
    verdict: 'warning',
    meaning:
      'the loss stands still far above what is possible: the learning rate is too low, no gradient gets through, the loss gets what it is not meant for, or the network is too small',
    changes: [
      {
        what: `learning rate ${short(lr, 2)} -> ${short(10 * lr, 2)}`,
        settings: { optimizer: withRate(context, 10 * lr) },
      },
    ],
    try: ['see what else was found', 'more units'],
  }),
};

const withRate = ({ resolved: { optimizer } }: Context, lr: number) => ({
  [optimizer.kind]: { ...optimizer.options, lr: Number(lr.toPrecision(6)) },
});

const slower = (context: Context, lr: number) =>
  [10, 100].map((by) => ({
    what: `learning rate ${short(lr, 2)} -> ${short(lr / by, 2)}`,
    settings: { optimizer: withRate(context, lr / by) },
  }));

async function foundRate(context: Context): Promise<number> {
  const usual = context.resolved.optimizer.options.lr as number;
  return context.rangeTest().then(
    ({ lr }) => lr,
    () => usual,
  );
}

/** Different rows, of each class as many, no more than the network has numbers to learn them with. */
function fewRows({ dataset, rows, network, resolved }: Context): Int32Array {
  const { targets } = dataset;
  const outputs = network.model.output.reduce((n, size) => n * size, 1);
  const count = Math.min(most, Math.floor(network.model.parameterCount / (2 * outputs)));
  const classes = targets.kind === 'classes' ? targets.classes.length : 1;
  const each = Math.max(1, Math.ceil(count / classes));
  const taken = new Map<number, number>();
  const chosen: number[] = [];
  for (const row of epochOrder(rows.train, resolved.settings.seed, 0)) {
    if (chosen.length >= count) break;
    const label = targets.kind === 'classes' ? targets.data[row] : 0;
    const before = taken.get(label) ?? 0;
    if ((classes > 1 && before >= each) || chosen.some((other) => sameFeatures(dataset, row, other))) continue;
    taken.set(label, before + 1);
    chosen.push(row);
  }
  return Int32Array.from(chosen);
}

function sameFeatures({ features, rows }: Dataset, a: number, b: number): boolean {
  const width = features.length / rows;
  for (let i = 0; i < width; i++) if (!Object.is(features[a * width + i], features[b * width + i])) return false;
  return true;
}

/** The loss of each update on the same rows, at one learning rate, without anything that makes learning by heart harder. */
async function learn(context: Context, rows: Int32Array, lr: number): Promise<number[]> {
  const { resolved, dataset, engine, signal, progress } = context;
  const { kind, options } = resolved.optimizer;
  const optimizer = { kind, options: 'decay' in options ? { ...options, decay: 0 } : options };
  const network = {
    ...context.network,
    ...{ model: withoutNoise(context.network.model), optimizer, regularizers: [], augment: undefined, averaged: false },
  };
  const { seed } = resolved.settings;
  const memory = await firstMemory(engine, network, dataset, context.rows.train, seed);
  const trainer = new Trainer(engine, memory, network, seed);
  const length = { total: updates, perEpoch: updates, losses: [], rows: rows.length };
  const numbers = numbersOf({ ...resolved, optimizer, regularizers: [], average: undefined }, length, () => lr);
  const curve: number[] = [];
  let started = 0;
  try {
    for (let update = 1; update <= updates; update++) {
      heed(signal);
      const { loss } = await trainer.run(rows, 1, numbers);
      curve.push(loss[0]);
      progress(update / updates);
      // The first update compiles.
      if (update === 1) started = performance.now();
      if (!Number.isFinite(loss[0]) || performance.now() - started > patience) break;
    }
  } finally {
    await trainer.release();
  }
  return curve;
}

/** The loss where every row is answered as well as the loss allows: smoothed labels leave some. */
async function perfectLoss({ dataset, network }: Context, rows: Int32Array): Promise<number> {
  const { targets } = dataset;
  const { output } = losses[network.loss.kind];
  const [width] = network.model.output;
  const { smoothing = 0 } = network.loss.options as { smoothing?: number };
  const answer = (row: number, k: number): number => {
    if (targets.kind === 'numbers') {
      const value = targets.data[row * targets.width + k];
      if (output === 'logRates') return Math.log(Math.max(value, 1e-6));
      return output === 'logits' ? logit(value * (1 - smoothing) + smoothing / 2) : value;
    }
    const label = targets.data[row];
    if (output === 'scores') return label === k ? 1e3 : 0;
    if (width === 1) return logit(label * (1 - smoothing) + smoothing / 2);
    return Math.log(Math.max((label === k ? 1 - smoothing : 0) + smoothing / width, 1e-6));
  };
  const outputs = Float64Array.from({ length: rows.length * width }, (_, i) =>
    answer(rows[Math.floor(i / width)], i % width),
  );
  return lossOf(network, predictionsOf(dataset, rows, outputs, width));
}

const logit = (p: number): number => {
  const safe = Math.min(Math.max(p, 1e-6), 1 - 1e-6);
  return Math.log(safe / (1 - safe));
};
