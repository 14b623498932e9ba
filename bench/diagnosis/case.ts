import type { Dataset, ExperimentOrData } from '../../src/index.ts';

/** An experiment whose data lie in memory, as all of the suite. */
export type InMemory = Omit<ExperimentOrData, 'data'> & { readonly data: Dataset };

/** A network whose training is known to be well, or to be ill for a known reason. */
export interface Case {
  readonly name: string;
  readonly kind: 'healthy' | 'fault';
  /** The clean case that this one was made of; a healthy one names itself. Repairing the fault should do about as well. */
  readonly base: string;
  readonly what: string;
  /** Names of rules that say what is wrong: the exact one first, then those that are as right. */
  readonly expect: readonly string[];
  /** What the finding must name, where the fault is in one place. */
  readonly layer?: RegExp;
  /** Why no setting of the experiment can mend the fault, where that is so; declared before a repair was tried. */
  readonly beyondRepair?: string;
  experiment(seed: number): InMemory | Promise<InMemory>;
}

/** The same experiment with other weights, another order of the rows and other rows to validate on. */
export const seeded = (experiment: InMemory, seed: number): InMemory => ({
  ...experiment,
  seed,
  split: { validation: 0.2, test: 0, ...experiment.split, seed },
});

/** The data of an experiment, and the rest of it, as a training wants them. */
export const takenApart = ({ data, ...settings }: InMemory): [Dataset, Omit<InMemory, 'data'> & { data: object }] => [
  data,
  { ...settings, data: { dataset: data.name } },
];
