import { asha } from './asha.ts';
import { hyperband } from './hyperband.ts';
import { median } from './median.ts';
import { percentile } from './percentile.ts';
import { wilcoxon } from './wilcoxon.ts';

/** Every way to end trials early. To add one: a file beside these, and a line here. */
export const pruners = { median, percentile, asha, hyperband, wilcoxon };

export type PrunerName = keyof typeof pruners;

export { hasExploded } from './explosion.ts';
export type { Pruner } from './pruner.ts';
