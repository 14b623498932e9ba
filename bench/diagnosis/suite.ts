import type { Case } from './case.ts';
import { faultCases } from './fault.ts';
import { healthy } from './healthy.ts';
import { heldOutFaults } from './heldOutFaults.ts';
import { heldOutHealthy } from './heldOutHealthy.ts';
import { ownFaults } from './ownFaults.ts';
import { publishedFaults } from './publishedFaults.ts';

export type { Case } from './case.ts';

/** Rules were written and thresholds chosen on the first half alone; the other one shows what they are worth. */
export const halves = {
  development: [...healthy, ...faultCases(publishedFaults), ...faultCases(ownFaults)],
  heldOut: [...heldOutHealthy, ...faultCases(heldOutFaults)],
} satisfies Record<string, readonly Case[]>;

export type Half = keyof typeof halves;

/** Everything that the doctor is measured on. */
export const suite: readonly Case[] = Object.values(halves).flat();
