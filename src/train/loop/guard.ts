import { grouped, short } from '../../base/index.ts';
import type { Memory } from '../../engine/index.ts';
import { readMemory, restoreMemory } from '../checkpoint/memory.ts';
import type { BatchSums } from '../checkpoint/state.ts';
import type { Fault, Weights } from '../records.ts';
import type { Network } from '../step/network.ts';
import type { Numbers } from '../step/numbers.ts';
import type { Origin, Trainer } from '../step/programs.ts';

interface Parts {
  readonly trainer: Trainer;
  readonly memory: Memory;
  readonly network: Network;
}

/** The rows of an epoch in their order, and the numbers of its updates. */
interface EpochRows {
  readonly epoch: number;
  readonly order: Int32Array;
  readonly batchSize: number;
  readonly numbers: Numbers;
}

/** A state whose numbers are all finite. */
interface Good {
  readonly epoch: number;
  readonly update: number;
  readonly done: number;
  readonly sums: BatchSums;
  readonly memory: Weights;
}

/** What going back has found; the memory holds the last good state. */
export interface Back {
  readonly fault?: Fault;
  /** Whether training goes on from there, and where in the epoch. */
  readonly goesOn: boolean;
  readonly done: number;
  readonly sums: BatchSums;
  readonly why: string;
}

/** Batches that are left out, and times that the rate is lowered, before training gives up. */
const mostSkips = 20;
const mostSlower = 3;
/** Updates within which a second failure is the same one. */
const near = 2;
/** Losses that are held against those before them, and how many those are. */
const recent = 16;
const earlier = 64;

/** Keeps the last good state of an epoch, finds where a number was first no number, and goes back where it may. */
export class Guard {
  /** What the learning rate is multiplied by from now on. */
  slower: number;
  private readonly parts: Parts;
  private readonly on: boolean;
  private readonly recovers: boolean;
  private rows?: EpochRows;
  private earlier: (epoch: number) => EpochRows = () => this.rows!;
  private good?: Good;
  private skipped = 0;
  private slowed = 0;
  /** The update that training last went back to. */
  private recovered = Number.NEGATIVE_INFINITY;
  private losses: number[] = [];
  private first?: number;

  constructor(parts: Parts, on: boolean, recovers: boolean, slower = 1) {
    this.parts = parts;
    this.on = on || recovers;
    this.recovers = recovers;
    this.slower = slower;
  }

  private get mayGoOn(): boolean {
    return this.skipped < mostSkips && this.slowed < mostSlower;
  }

  /** An epoch begins, or goes on where `done` of its rows are done. `earlier`: the epochs before it. */
  async begin(rows: EpochRows, earlier: (epoch: number) => EpochRows, done: number, sums: BatchSums): Promise<void> {
    this.rows = rows;
    this.earlier = earlier;
    // Training can go back inside of an epoch alone; to find where something began, an older state will do.
    if (this.recovers) this.good = undefined;
    if (!this.good) await this.keep(done, sums);
  }

  /** The rate has changed. */
  pace(numbers: Numbers): void {
    if (this.rows) this.rows = { ...this.rows, numbers };
  }

  /** Remembers the state before an update; not while the loss is far above what it was. */
  async keep(done: number, sums: BatchSums): Promise<void> {
    if (!this.on || this.high()) return;
    const { trainer, memory, network } = this.parts;
    this.good = {
      epoch: this.rows!.epoch,
      update: trainer.update,
      done,
      sums,
      memory: await readMemory(memory, network),
    };
  }

  /** Takes the losses of updates; whether they are far above what they were, and training may go back. */
  spikes(losses: readonly number[]): boolean {
    if (!this.recovers) return false;
    this.first ??= losses[0];
    this.losses = [...this.losses, ...losses].slice(-(recent + earlier));
    return this.good !== undefined && this.mayGoOn && this.high();
  }

  /** Above four times what they were, and by a quarter of what has been learned. */
  private high(): boolean {
    if (this.losses.length < recent + earlier) return false;
    const before = this.losses.slice(0, earlier).sort((a, b) => a - b)[earlier >> 1];
    const now = this.losses.slice(earlier).reduce((sum, loss) => sum + loss, 0) / recent;
    return now > 4 * before && now - before > 0.25 * ((this.first ?? 0) - before);
  }

  /** Goes back to the state before the update that went wrong. `failed`: the update whose loss is no number; none for a loss that is too high. */
  async back(failed: number | undefined): Promise<Back | undefined> {
    const { good } = this;
    if (!good) return undefined;
    const { trainer, memory, network } = this.parts;
    const reached = trainer.update;
    restoreMemory(memory, network, good.memory);
    trainer.update = good.update;
    const found = failed === undefined ? undefined : await this.search(good, failed);
    this.losses = [];
    const goesOn = this.recovers && this.mayGoOn && (failed === undefined || found !== undefined);
    if (!goesOn) return { fault: found?.fault, goesOn, done: good.done, sums: good.sums, why: '' };
    // Where a batch is left out and the next one does the same, what was wrong had begun before.
    const again = found !== undefined && found.fault.update - this.recovered <= near;
    if (again) {
      restoreMemory(memory, network, good.memory);
      trainer.update = good.update;
    }
    this.recovered = trainer.update;
    const skips = found && !again;
    if (skips) this.skipped++;
    else {
      this.slowed++;
      this.slower /= again ? 10 : 2;
    }
    const what = failed === undefined ? 'the loss was far above what it had been' : 'the loss was no number';
    return {
      ...{ fault: found?.fault, goesOn },
      // The batch that did it is left out.
      done: skips ? found.done + found.fault.rows.length : good.done,
      sums: skips ? found.sums : good.sums,
      why: `${what} at update ${grouped(failed ?? reached)}: back to update ${grouped(trainer.update)}, and on ${skips ? 'without that batch' : `with the learning rate times ${short(this.slower)}`}`,
    };
  }

  /** Makes the updates again, and looks at each of the last ones before it is made. */
  private async search(good: Good, failed: number) {
    const { trainer } = this.parts;
    const current = this.rows!;
    let { done, sums } = good;
    for (let epoch = good.epoch; epoch <= current.epoch; epoch++) {
      const { order, batchSize, numbers } = epoch === current.epoch ? current : this.earlier(epoch);
      for (; done < order.length && trainer.update < failed; done += batchSize) {
        const rows = order.subarray(done, done + batchSize);
        const origin = trainer.update + 4 > failed ? await trainer.trace(rows, numbers) : undefined;
        if (origin) return { fault: faultOf(origin, trainer.update + 1, epoch, rows), done, sums };
        const { loss, metric } = await trainer.run(rows, 1, numbers);
        const n = rows.length;
        sums = { rows: sums.rows + n, loss: sums.loss + n * loss[0], metric: sums.metric + n * (metric?.[0] ?? 0) };
      }
      done = 0;
    }
    return undefined;
  }
}

function faultOf({ operator, scope }: Origin, update: number, epoch: number, rows: Int32Array): Fault {
  const [layer, ...parts] = scope.split('/');
  const pass = parts.includes('gradient') ? 'gradient' : parts.includes('update') ? 'update' : 'forward';
  return { update, epoch, operator, layer: layer || 'the step', pass, rows: [...rows] };
}
