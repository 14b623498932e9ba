import { z } from '../../base/index.ts';
import { crc32 } from './crc32.ts';
import { isOutrun } from './halving.ts';
import { pruner } from './pruner.ts';
import { longest } from './reports.ts';

/** How trials are shared among brackets: bracket b leaves out the b lowest rungs, and gets ⌈n·η^s / (s+1)⌉ shares with s = n-1-b. */
export function bracketShares(minResource: number, maxResource: number, reduction: number): readonly number[] {
  // Counted, not by a logarithm: log(243) / log(3) is less than 5.
  let brackets = 1;
  for (let rung = minResource * reduction; rung <= maxResource; rung *= reduction) brackets++;
  return Array.from({ length: brackets }, (_, bracket) => {
    const s = brackets - 1 - bracket;
    return Math.ceil((brackets * reduction ** s) / (s + 1));
  });
}

/** The bracket of each trial of a study: the checksum of its name and number falls into somebody's share. */
export function brackets(study: string, shares: readonly number[]): (number: number) => number {
  const start = crc32(String.fromCharCode(...new TextEncoder().encode(`${study}_`)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return (number) => {
    let place = crc32(String(number), start) % total;
    let bracket = 0;
    while (place >= shares[bracket]) place -= shares[bracket++];
    return bracket;
  };
}

/** Successive halving in several brackets, from early and hard to late and mild (Li et al. 2018, "Hyperband"). */
export const hyperband = pruner({
  what: 'successive halving in several brackets, some of which end trials early and others late',
  options: z.strictObject({
    /** The step of the first rung. */
    minResource: z.int().min(1).default(1),
    /** The steps of a whole trial; "auto" is the longest complete one, and nothing ends before there is one. */
    maxResource: z.union([z.literal('auto'), z.int().min(1)]).default('auto'),
    /** One of so many goes on at each rung, and each rung stands so many times higher. */
    reduction: z.int().min(2).default(3),
  }),
  prune: (trial, trials, { minResource, maxResource, reduction }, study) => {
    const most = maxResource === 'auto' ? longest(trials) : maxResource;
    if (most === 0) return false;
    const bracketOf = brackets(study, bracketShares(minResource, most, reduction));
    const bracket = bracketOf(trial.number);
    const isRival = ({ number }: { readonly number: number }) => bracketOf(number) === bracket;
    return isOutrun(trial, trials, { first: minResource * reduction ** bracket, reduction, isRival });
  },
});
