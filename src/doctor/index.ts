export { diagnose, look, type Seen } from './diagnose.ts';
export { type Change, type Finding, isGrave, type Proof, type Severity } from './finding.ts';
export { Historian, type History } from './history.ts';
export { Doctor, toTell } from './live.ts';
export type { Check, Verdict } from './preflight/check.ts';
export { type CheckName, checks } from './preflight/index.ts';
export {
  type Checked,
  type Preflight,
  type PreflightOptions,
  type PreflightProgress,
  preflightOn,
  quickChecks,
} from './preflight/preflight.ts';
export { type Examination, type ExamineOptions, examineOn, type Repair } from './repair/examine.ts';
export type { Trial } from './repair/screen.ts';
export type { Rule, Sighting } from './rule.ts';
export { type RuleName, rules } from './rules/index.ts';
