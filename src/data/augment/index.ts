export { type AugmentPlan, applyAugment, drawAugment, partners, readAugment } from './plan.ts';
export { augmentations } from './table.ts';
