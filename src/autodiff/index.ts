export {
  type CheckedEntry,
  checkGradient,
  type GradientReport,
  type ParameterReport,
  ratioOf,
  type Verdict,
} from './gradientCheck.ts';
export { gradients, withGradient } from './gradients.ts';
