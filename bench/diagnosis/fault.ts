import { type Case, type InMemory, seeded } from './case.ts';
import { type CleanName, cleanExperiment } from './clean.ts';

/** A clean network with one thing changed for the worse. */
export interface Fault {
  readonly base: CleanName;
  readonly what: string;
  readonly expect: readonly string[];
  readonly layer?: RegExp;
  readonly beyondRepair?: string;
  change(clean: InMemory, seed: number): Partial<InMemory> | Promise<Partial<InMemory>>;
}

export const faultCases = (faults: Readonly<Record<string, Fault>>): Case[] =>
  Object.entries(faults).map(([name, { change, ...fault }]) => ({
    ...{ name, kind: 'fault', ...fault },
    async experiment(seed) {
      const clean = await cleanExperiment(fault.base);
      return seeded({ ...clean, ...(await change(clean, seed)) }, seed);
    },
  }));

/** An initializer that gives every weight the same number. */
export const constant = (value: number) => ({ constant: { value } });
export const normal = (std: number) => ({ normal: { std } });
