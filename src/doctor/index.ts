export { diagnose, look, type Seen } from './diagnose.ts';
export type { Change, Finding, Proof, Severity } from './finding.ts';
export { Historian, type History } from './history.ts';
export type { Rule, Sighting } from './rule.ts';
export { type RuleName, rules } from './rules/index.ts';
