import { lossFlat } from './lossFlat.ts';

/** Every rule, from causes to symptoms. To add one: a file beside these, a line here, and a page in docs/rules. */
export const rules = {
  lossFlat,
};

export type RuleName = keyof typeof rules;
