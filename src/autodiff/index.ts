export { gradients, withGradient } from './gradients.ts';
