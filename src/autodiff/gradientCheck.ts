import { Random, type Shape, sizeOf, stridesOf } from '../base/index.ts';

export interface CheckedParameter {
  readonly name: string;
  readonly shape: Shape;
  /** Changed in place while checking, and put back. */
  readonly values: Float64Array;
  /** What backpropagation says. */
  readonly gradient: ArrayLike<number>;
}

/** One evaluation: the loss, and on which side of every kink (ReLU, max pooling, …) it was taken. */
export interface Evaluated {
  readonly loss: number;
  readonly branches: number;
}

export interface CheckedEntry {
  readonly parameter: string;
  readonly index: readonly number[];
  /** Two-sided difference. */
  readonly approximate: number;
  readonly gradient: number;
}

export interface ParameterReport {
  readonly name: string;
  readonly ratio: number;
  readonly checked: number;
  readonly total: number;
  /** Entries left out of the ratio because the two evaluations stand on different sides of a kink. */
  readonly kinks: number;
}

export type Verdict = 'correct' | 'doubtful' | 'suspicious' | 'wrong' | 'unchecked';

export interface GradientReport {
  /** ||approximate - gradient|| / (||approximate|| + ||gradient||) over all checked entries as one vector. */
  readonly ratio: number;
  readonly verdict: Verdict;
  readonly words: string;
  readonly epsilon: number;
  readonly parameters: readonly ParameterReport[];
  /** The entries that differ most, worst first. */
  readonly worst: readonly CheckedEntry[];
}

export interface CheckOptions {
  readonly epsilon: number;
  /** At most so many entries of each parameter, drawn evenly over it. */
  readonly perParameter: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Compares gradients with two-sided differences (f(θ+ε) - f(θ-ε)) / 2ε, entry by entry, in float64. Bands as in A. Ng's course: below 1e-7
 * correct, below 1e-5 doubtful, below 1e-3 suspicious, above wrong.
 */
export function checkGradient(
  parameters: readonly CheckedParameter[],
  evaluate: (parameter: number) => Evaluated,
  { epsilon, perParameter, seed, onProgress }: CheckOptions,
): GradientReport {
  const plans = parameters.map(({ values }, i) => sampleEvenly(values.length, perParameter, new Random(seed, i)));
  const total = plans.reduce((n, plan) => n + plan.length, 0);
  const entries: CheckedEntry[] = [];
  const reports: ParameterReport[] = [];
  let done = 0;
  parameters.forEach(({ name, shape, values, gradient }, p) => {
    const own: CheckedEntry[] = [];
    let kinks = 0;
    for (const at of plans[p]) {
      const held = values[at];
      const shifted = (delta: number) => {
        values[at] = held + delta;
        return evaluate(p);
      };
      const [above, below] = [shifted(epsilon), shifted(-epsilon)];
      values[at] = held;
      if (above.branches !== below.branches) kinks++;
      else
        own.push({
          parameter: name,
          index: position(at, shape),
          approximate: (above.loss - below.loss) / (2 * epsilon),
          gradient: gradient[at],
        });
      onProgress?.(++done, total);
    }
    reports.push({ name, ratio: ratioOf(own), checked: own.length, total: sizeOf(shape), kinks });
    entries.push(...own);
  });
  const ratio = ratioOf(entries);
  const gap = (entry: CheckedEntry) => {
    const difference = Math.abs(entry.approximate - entry.gradient);
    return Number.isNaN(difference) ? Infinity : difference;
  };
  const worst = [...entries].sort((a, b) => gap(b) - gap(a)).slice(0, 5);
  return { ratio, ...judge(ratio, entries.length), epsilon, parameters: reports, worst };
}

/** All positions, or `most` of them: one drawn from each of `most` equal stretches. */
function sampleEvenly(size: number, most: number, random: Random): number[] {
  if (size <= most) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => {
    const [from, to] = [Math.floor((i * size) / most), Math.floor(((i + 1) * size) / most)];
    return from + random.below(to - from);
  });
}

const position = (at: number, shape: Shape): number[] =>
  stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]);

/** 0 where both vectors are zero. */
export function ratioOf(entries: readonly { approximate: number; gradient: number }[]): number {
  const norm = (term: (e: { approximate: number; gradient: number }) => number) =>
    Math.sqrt(entries.reduce((sum, e) => sum + term(e) ** 2, 0));
  const difference = norm((e) => e.approximate - e.gradient);
  return difference === 0 ? 0 : difference / (norm((e) => e.approximate) + norm((e) => e.gradient));
}

function judge(ratio: number, checked: number): { verdict: Verdict; words: string } {
  if (checked === 0) return { verdict: 'unchecked', words: 'nothing could be compared: every entry lies at a kink' };
  if (ratio < 1e-7) return { verdict: 'correct', words: 'the gradients are correct' };
  if (ratio < 1e-5)
    return { verdict: 'doubtful', words: 'the gradients are probably correct; look at the worst entries' };
  if (ratio < 1e-3)
    return {
      verdict: 'suspicious',
      words: 'the gradients are suspicious: an operator may be slightly wrong, or the loss is very steep here',
    };
  return { verdict: 'wrong', words: 'the gradients are wrong' };
}
