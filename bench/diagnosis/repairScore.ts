import type { Case } from './case.ts';
import { type Attempt, nearly, type Repaired, trainings } from './repair.ts';
import { median, type Share, share } from './score.ts';

/** A fault, with one seed, and what became of it. */
export interface Mended extends Repaired {
  readonly one: Case;
  readonly seed: number;
}

/** How well one way of repairing did. */
export interface RepairScore {
  /** Of the faults that a setting can mend: as good as the clean network. */
  readonly mended: Share;
  /** Of all faults: another network was kept; it does worse on validation rows than the one before; more was trained than allowed. */
  readonly kept: Share;
  readonly worse: Share;
  readonly over: Share;
  /** What the outcome of the faults that can be mended gained, the mean. */
  readonly gain: number;
  /** Epochs over those of the training, and seconds over its seconds, the medians; and the most epochs. */
  readonly epochs: number;
  readonly mostEpochs: number;
  readonly seconds: number;
}

/** Proof of causes, of all faults. */
export interface ProofScore {
  readonly accepted: Share;
  /** Of the faults that are in one place. */
  readonly located: Share;
  readonly proved: Share;
  readonly seeds: number;
}

/** Nothing is done, for comparison. */
const left = ({ original, ours: { allowed } }: Repaired): Attempt => ({
  ...{ outcome: original, kept: false, what: [], epochs: 0, allowed, seconds: 0 },
});

export const ways = {
  'as it was': left,
  Wellfit: ({ ours }: Repaired) => ours,
  'random search': ({ random }: Repaired) => random,
} satisfies Record<string, (repaired: Repaired) => Attempt>;

export const isMended = ({ clean }: Repaired, { outcome }: Attempt): boolean => outcome >= clean - nearly;
export const isWorse = ({ original }: Repaired, { outcome }: Attempt): boolean => outcome < original;

export function repairScore(all: readonly Mended[], of: (repaired: Repaired) => Attempt): RepairScore {
  const mendable = all.filter(({ one }) => !one.beyondRepair);
  const spent = all.map((mended) => (trainings * of(mended).epochs) / of(mended).allowed);
  return {
    mended: share(mendable, (mended) => isMended(mended, of(mended))),
    kept: share(all, (mended) => of(mended).kept),
    worse: share(all, (mended) => isWorse(mended, of(mended))),
    over: share(all, (mended) => of(mended).epochs > of(mended).allowed),
    gain: mendable.reduce((sum, mended) => sum + of(mended).outcome - mended.original, 0) / mendable.length,
    epochs: median(spent),
    mostEpochs: Math.max(...spent),
    seconds: median(all.map((mended) => of(mended).seconds / mended.seconds)),
  };
}

export const proofScore = (all: readonly Mended[]): ProofScore => ({
  accepted: share(all, ({ one, root }) => root !== undefined && one.expect.includes(root)),
  located: share(
    all.filter(({ one }) => one.layer),
    ({ one, layer }) => layer !== undefined && one.layer!.test(layer),
  ),
  proved: share(all, ({ seeds }) => seeds !== undefined),
  seeds: median(all.flatMap(({ seeds }) => seeds ?? [])),
});
