// Grid against random where one setting matters and another hardly does (Bergstra & Bengio 2012): the expected best of 9 to 64 trials.
//   node bench/search/grid.ts [--repetitions 1000] [--write]
// With --write, draws docs/images/random-grid.svg and puts the numbers into docs/benchmarks.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random, short } from '../../src/base/index.ts';
import { type SamplerName, type Space, samplers, type Values } from '../../src/search/index.ts';
import type { Sampler } from '../../src/search/samplers/sampler.ts';
import { type Curve, figure } from './gridFigure.ts';
import { writeBetween } from './page.ts';
import { mean } from './statistics.ts';

const { values: options } = parseArgs({
  options: { repetitions: { type: 'string', default: '1000' }, write: { type: 'boolean', default: false } },
});
const repetitions = Number(options.repetitions);
const counts = [9, 16, 25, 36, 49, 64];
const contestants: readonly SamplerName[] = ['grid', 'random', 'sobol'];

const space: Space = ['important', 'unimportant'].map((name) => ({ name, kind: 'float', low: 0, high: 1, log: false }));

/** 1 at the best place, 0 far from it. */
const bump = (distance: number, width: number): number => Math.exp(-((distance / width) ** 2) / 2);

/** How good settings are, from 0 to 1, if the best ones lie at (x, y). */
type Score = (values: Values, x: number, y: number) => number;

/** Of a setting that alone matters a tenth of the range is good, of two that both do a third of each. */
const scores: Readonly<Record<string, Score>> = {
  'one setting matters': ({ important, unimportant }, x, y) =>
    0.95 * bump(important - x, 0.05) + 0.05 * bump(unimportant - y, 0.3),
  'both matter': ({ important, unimportant }, x, y) => bump(important - x, 0.15) * bump(unimportant - y, 0.15),
};

/** The settings of so many trials of a sampler that learns nothing from them. */
function points(kind: SamplerName, trials: number, seed: number): Values[] {
  const { suggest } = samplers[kind] as Sampler;
  return Array.from(
    { length: trials },
    (_, number) => suggest({ space, trials: [], number, seed, objectives: 1, budget: trials }, {}).values,
  );
}

/** The mean of the best of so many trials, over places of the best settings. */
function expected(score: Score, kind: SamplerName, trials: number): number {
  const place = new Random(trials);
  return mean(
    Array.from({ length: repetitions }, (_, seed) => {
      const [x, y] = [place.uniform(), place.uniform()];
      return Math.max(...points(kind, trials, seed).map((values) => score(values, x, y)));
    }),
  );
}

const curves = Object.entries(scores).map(([name, score]) => ({
  name,
  lines: contestants.map((kind): Curve => ({ kind, best: counts.map((trials) => expected(score, kind, trials)) })),
}));
const rows = curves.flatMap(({ name, lines }) =>
  lines.map(({ kind, best }) => `| ${name} | ${kind} | ${best.map((x) => short(x, 3)).join(' | ')} |`),
);
const page = [
  `Mean of the best of so many trials (1 is the best there is), over ${repetitions} places of the best settings:`,
  [`| | sampler | ${counts.join(' | ')} |`, `| --- | --- |${counts.map(() => ' ---: |').join('')}`, ...rows].join('\n'),
].join('\n\n');
console.log(page);
if (options.write) {
  const drawn = (['grid', 'random'] as const).map((kind) => ({ kind, points: points(kind, 9, 1) }));
  const svg = figure(drawn, counts, curves[0].lines.slice(0, 2));
  writeFileSync(new URL('../../docs/images/random-grid.svg', import.meta.url), svg);
  writeBetween('random-grid', page);
}
