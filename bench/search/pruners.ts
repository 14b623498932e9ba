// What ending trials early saves and what it costs: learning curves of digits are recorded once, and every pruner is shown the same ones in many orders.
//   node bench/search/pruners.ts [--curves 300] [--trials 60] [--orders 200] [--processes 2] [--out folder] [--write]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseOptions, percent, Random, short } from '../../src/base/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { type PrunerName, planSearch, pruners, Study, searchOn, setupOf } from '../../src/search/index.ts';
import type { Pruner } from '../../src/search/pruners/index.ts';
import { processWorkers } from '../../src/search/workers/index.ts';
import { machine } from '../machine.ts';
import { writeBetween } from './page.ts';
import { experiments } from './realData.ts';
import { mean, median } from './statistics.ts';

const { values: asked } = parseArgs({
  options: {
    curves: { type: 'string', default: '300' },
    trials: { type: 'string', default: '60' },
    orders: { type: 'string', default: '200' },
    processes: { type: 'string', default: '2' },
    out: { type: 'string', default: join(tmpdir(), 'wellfit-pruners') },
    write: { type: 'boolean', default: false },
  },
});
const [curveCount, trials, orders] = [asked.curves, asked.trials, asked.orders].map(Number);

/** Minus the validation accuracy after each epoch. */
type LearningCurve = readonly number[];

interface Contestant {
  readonly name: string;
  readonly pruner?: PrunerName;
  readonly options?: Readonly<Record<string, unknown>>;
}

const contestants: readonly Contestant[] = [
  { name: 'none' },
  { name: 'median', pruner: 'median' },
  { name: 'percentile (25)', pruner: 'percentile' },
  { name: 'percentile (75)', pruner: 'percentile', options: { percentile: 75 } },
  { name: 'asha (3)', pruner: 'asha', options: { reduction: 3 } },
  { name: 'hyperband', pruner: 'hyperband' },
];

async function curvesOfDigits(): Promise<readonly LearningCurve[]> {
  mkdirSync(asked.out, { recursive: true });
  const file = join(asked.out, `curves-${curveCount}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const dataset = await loadDataset('digits');
  const options = { sampler: 'random', pruner: false, seed: 7, budget: { trials: curveCount } } as const;
  const workers = processWorkers(
    setupOf(dataset, planSearch(dataset, experiments.digits, options)),
    Number(asked.processes),
  );
  try {
    let over = 0;
    const onEvent = ({ kind }: { readonly kind: string }) => {
      // A trial is told of when it begins and when it ends.
      if (kind === 'trial' && ++over % 100 === 0) console.error(`${over / 2} of ${curveCount} curves`);
    };
    const { study } = await searchOn(dataset, experiments.digits, { ...options, workers, final: false, onEvent });
    // Those that exploded have no end to be compared with.
    const complete = study.trials.filter(({ state }) => state === 'complete');
    const curves = complete.map(({ reports }) => reports.map(({ value }) => value));
    writeFileSync(file, JSON.stringify(curves));
    return curves;
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

interface Replay {
  /** Validation accuracy of the best trial that was seen to its end. */
  readonly best: number;
  readonly epochs: number;
  readonly trials: number;
  readonly pruned: number;
  /** By how much the best trial that was pruned would have been better than the best that was not; 0 where it would not have been. */
  readonly lost: number;
  /** The same as a study can know it itself, by the trials that it never prunes: of those that the pruner would have ended. */
  readonly control: number;
}

/** A study of curves in this order, until it has had so many trials or epochs. */
function replay(
  curves: readonly LearningCurve[],
  { pruner, options = {} }: Contestant,
  order: number,
  most: { readonly trials: number; readonly epochs: number },
): Replay {
  const places = new Random(order).shuffle(Array.from(curves, (_, i) => i));
  const picked = pruner && {
    kind: pruner,
    options: parseOptions((pruners[pruner] as Pruner).options, options, pruner) as Record<string, unknown>,
  };
  const study = Study.begin(
    {
      ...{ name: `order ${order}`, seed: order, control: pruner ? 0.05 : 0, stages: 1, repeats: true },
      objectives: [{ name: 'accuracy', better: 'higher' }],
      ...{ sampler: { kind: 'random', options: {} }, pruner: picked },
    },
    [{ name: 'anything', kind: 'float', low: 0, high: 1, log: false }],
  );
  let [epochs, pruned] = [0, 0];
  let [best, bestKept, bestPruned, bestControl] = [0, 0, 0, 0];
  for (const place of places) {
    if (study.trials.length >= most.trials || epochs >= most.epochs) break;
    const curve = curves[place];
    const end = -curve[curve.length - 1];
    const { number, control } = study.ask()!;
    let ended = false;
    let would = false;
    for (let step = 1; step <= curve.length && !ended; step++) {
      epochs++;
      ended = study.report(number, { step, value: curve[step - 1] }) && step < curve.length;
      if (control && picked && step < curve.length)
        would ||= (pruners[picked.kind] as Pruner).prune(
          study.trials[number],
          study.trials.filter((one) => one.number !== number),
          picked.options,
          study.settings.name,
        );
    }
    if (ended) {
      pruned++;
      bestPruned = Math.max(bestPruned, end);
      study.tell(number, { state: 'pruned' });
    } else {
      best = Math.max(best, end);
      if (would) bestControl = Math.max(bestControl, end);
      else bestKept = Math.max(bestKept, end);
      study.tell(number, { state: 'complete', results: [end] });
    }
  }
  return {
    ...{ best, epochs, pruned },
    trials: study.trials.length,
    lost: Math.max(0, bestPruned - best),
    control: Math.max(0, bestControl - bestKept),
  };
}

const curves = await curvesOfDigits();
const whole = Math.max(...curves.map(({ length }) => length));
const settings = {
  'as many trials': { trials, epochs: Infinity },
  'as many epochs': { trials: Infinity, epochs: trials * whole },
};
const rows = Object.entries(settings).flatMap(([budget, most]) =>
  contestants.map((contestant) => {
    const all = Array.from({ length: orders }, (_, order) => replay(curves, contestant, order, most));
    const of = (key: keyof Replay) => all.map((one) => one[key]);
    return [
      ...[budget, contestant.name, short(mean(of('trials')), 3), short(mean(of('epochs')), 4)],
      ...[percent(mean(of('best')), 2), percent(median(of('best')), 2)],
      percent(mean(all.map(({ pruned, trials }) => pruned / trials)), 0),
      percent(mean(of('lost')), 3),
      percent(mean(all.map(({ lost }) => (lost > 0 ? 1 : 0))), 1),
      contestant.pruner ? percent(mean(of('control')), 3) : '',
    ];
  }),
);
const head = [
  ...['budget', 'pruner', 'trials', 'epochs', 'best accuracy, mean', 'median', 'pruned'],
  ...['lost', 'the best was pruned', 'lost, by the control group'],
];
const { cpu, cores, memoryGB, system, node, date } = machine();
const page = [
  `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; ${curves.length} curves of ${whole} epochs, ${orders} orders.`,
  [head, head.map((_, i) => (i < 2 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
].join('\n\n');
console.log(page);
if (asked.write) writeBetween('search-pruners', page);
