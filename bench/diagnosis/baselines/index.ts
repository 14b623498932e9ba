import { autoTrainer } from './autoTrainer.ts';
import { deepDiagnosis } from './deepDiagnosis.ts';
import type { Tool } from './tool.ts';
import { umlaut } from './umlaut.ts';

/** Every tool that the doctor is compared with, in its own rules and thresholds. */
export const baselines: readonly Tool[] = [autoTrainer, umlaut, deepDiagnosis];

export type { Alarm, Tool } from './tool.ts';
