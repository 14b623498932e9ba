import type { StackContext, Value } from '../graph/index.ts';
import { reshape } from './layout/reshape.ts';

/** A stacked value whose own axes are so many: axes of length 1 come before them. */
export function lifted(value: Value, rank: number): Value {
  const [count, ...own] = value.shape;
  if (own.length >= rank) return value;
  return reshape(value, { shape: [count, ...new Array<number>(rank - own.length).fill(1), ...own] });
}

/** What works number by number does so on stacked inputs, once their own axes lie under those of the others. */
export function elementwise({ inputs, stacked, attributes, apply }: StackContext): Value {
  const rank = Math.max(...inputs.map(({ shape }, i) => shape.length - Number(stacked[i])));
  return apply(
    inputs.map((input, i) => (stacked[i] ? lifted(input, rank) : input)),
    attributes,
  );
}
