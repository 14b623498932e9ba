import type { Dataset } from '../../src/data/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import {
  planSearch,
  type SearchPlan,
  searchOn,
  setupOf,
  type TrialRecord,
  type Values,
} from '../../src/search/index.ts';
import { filled } from '../../src/search/run/plan.ts';
import { processWorkers } from '../../src/search/workers/index.ts';
import { trainOn } from '../../src/train/index.ts';

/** A trial that is over. */
export interface Done {
  /** Since the search began. */
  readonly seconds: number;
  /** Validation accuracy; null where it was pruned. */
  readonly value: number | null;
  readonly epochs: number;
}

/** What a search found, on either side. */
export interface Found {
  readonly seconds: number;
  /** In the order in which they ended. */
  readonly trials: readonly Done[];
  readonly best: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the best settings, trained again with new seeds. */
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

type Template = Readonly<Record<string, unknown>>;

/** How Wellfit searches. */
export interface Way {
  readonly sampler: string;
  /** That of the other side unless said. */
  readonly pruner?: string;
  readonly stack?: number;
}

export const ways: Readonly<Record<string, Way>> = {
  // As it comes where trials are counted, and with the sampler that Optuna has.
  auto: { sampler: 'auto' },
  tpe: { sampler: 'tpe' },
  // Eight trials of one architecture as one graph.
  stacked: { sampler: 'tpe', stack: 8 },
  // Three quarters end after each rung.
  asha: { sampler: 'tpe', pruner: 'asha' },
};

export interface Wanted {
  readonly way: Way;
  readonly pruner: string;
  readonly seed: number;
  readonly processes: number;
  /** The search lasts until it has had both; what was found after so many trials is noted as well. */
  readonly trials: number;
  readonly seconds: number;
}

/** Searches in processes; what was found after so many trials, and at the end. */
export async function searchHere(
  dataset: Dataset,
  template: Template,
  { way, pruner: theirs, seed, processes, trials, seconds }: Wanted,
): Promise<{ equal: Found; all: Found }> {
  const { sampler, stack, pruner = theirs } = way;
  const asked = { sampler, seed, stack, pruner: pruner === 'none' ? (false as const) : pruner };
  const plan = planSearch(dataset, template, { ...asked, budget: { trials } });
  const workers = processWorkers(setupOf(dataset, plan), processes);
  const over: { trial: TrialRecord; done: Done }[] = [];
  try {
    const stop = new AbortController();
    await Promise.all(workers.map((worker) => worker.ready(stop.signal)));
    // The clock starts when every process has read its data.
    const began = performance.now();
    const since = () => (performance.now() - began) / 1000;
    await searchOn(dataset, template, {
      ...asked,
      // What "auto" chose for so many trials; the end comes by the signal.
      ...{ workers, sampler: plan.settings.sampler.kind, final: false, budget: { trials: 1e6 }, signal: stop.signal },
      onEvent(event) {
        if (event.kind !== 'trial' || event.trial.state === 'running' || stop.signal.aborted) return;
        const { trial } = event;
        over.push({
          trial,
          done: {
            seconds: since(),
            value: trial.state === 'complete' ? trial.results![0] : null,
            epochs: trial.reports.length,
          },
        });
        if (over.length >= trials && since() >= seconds) stop.abort();
      },
    });
    const spent = since();
    const equal = over.slice(0, trials);
    return {
      equal: await again(dataset, plan, equal, equal[equal.length - 1].done.seconds),
      all: await again(dataset, plan, over, spent),
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** Trains the best again, and looks at its test rows. */
async function again(
  dataset: Dataset,
  plan: SearchPlan,
  over: readonly { trial: TrialRecord; done: Done }[],
  seconds: number,
): Promise<Found> {
  const value = ({ done }: (typeof over)[number]) => done.value ?? Number.NEGATIVE_INFINITY;
  const best = over.reduce((a, b) => (value(b) > value(a) ? b : a));
  const [validation, test]: number[][] = [[], []];
  for (let seed = 0; seed < 3; seed++) {
    const run = await trainOn(
      dataset,
      { ...experimentOf(plan, best.trial.values), seed: 1_000_000 + seed },
      { engine: onnxRuntimeEngine({ threads: 1 }), watch: false },
    );
    validation.push(run.best!.validation!.metric!);
    test.push(run.test!.metric!);
  }
  return {
    ...{ seconds, validation, test },
    trials: over.map(({ done }) => done),
    best: value(best),
    settings: best.trial.values,
  };
}

/** What is trained with such settings: the search itself trains no ensembles either. */
const experimentOf = ({ template }: SearchPlan, values: Values) => ({ ...filled(template, values), ensemble: false });
