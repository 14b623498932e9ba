// Wellfit's side of compare.ts: a line with a question comes in, a line with the answer goes out.
import { createInterface } from 'node:readline';
import { type OptionSchema, parseOptions } from '../../src/base/index.ts';
import { type SamplerName, Study, samplers, type Values } from '../../src/search/index.ts';
import type { Answer } from './contest.ts';
import { functions } from './functions.ts';

interface Way {
  readonly kind: SamplerName;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly stages?: number;
}

/** A sampler as compare.ts names it. */
const ways: Readonly<Record<string, Way>> = {
  random: { kind: 'random' },
  sobol: { kind: 'sobol' },
  tpe: { kind: 'tpe' },
  'tpe-tuned': { kind: 'tpe', options: { tuned: true } },
  'tpe-univariate': { kind: 'tpe', options: { multivariate: false } },
  gp: { kind: 'gp' },
  cmaes: { kind: 'cmaes' },
  'coarse-random': { kind: 'random', stages: 3 },
  'coarse-sobol': { kind: 'sobol', stages: 3 },
};

interface Question {
  readonly function: string;
  readonly sampler: string;
  readonly seed: number;
  readonly trials: number;
  readonly checkpoints: readonly number[];
}

function search({ function: name, sampler, seed, trials, checkpoints }: Question): Answer {
  const { space, regret } = functions[name];
  const { kind, options = {}, stages = 1 } = ways[sampler];
  const { options: schema } = samplers[kind] as { readonly options: OptionSchema };
  const parsed = parseOptions(schema, options, kind) as Record<string, unknown>;
  const study = Study.begin(
    {
      ...{ name, seed, stages, control: 0, repeats: false },
      objectives: [{ name: 'regret', better: 'lower' }],
      sampler: { kind, options: parsed },
    },
    space,
  );
  const [asks, reached]: [number[], Record<string, number>] = [[], {}];
  let least = Number.POSITIVE_INFINITY;
  for (let done = 1; done <= trials; done++) {
    const began = performance.now();
    const trial = study.ask({ budget: { trials }, progress: (done - 1) / trials });
    asks.push(performance.now() - began);
    if (!trial) throw new Error(`${name}: nothing is left to be tried`);
    const value = regret(trial.values);
    study.tell(trial.number, { state: 'complete', results: [value] });
    least = Math.min(least, value);
    if (checkpoints.includes(done)) reached[done] = least;
  }
  return { regret: reached, asks };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Question & { readonly points?: readonly Values[] };
  const answer = asked.points ? asked.points.map(functions[asked.function].regret) : search(asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
