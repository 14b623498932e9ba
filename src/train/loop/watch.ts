import { Pace, type Watching } from '../../monitor/index.ts';
import type { TrainEvent } from '../events.ts';
import type { Numbers } from '../step/numbers.ts';
import type { Trainer } from '../step/programs.ts';

/** Updates that are told of together, and the seconds after which fewer are. */
const most = 256;
const longest = 0.25;

/** Tells of each update that was made, and looks into some of them. */
export class Watch {
  private readonly trainer: Trainer;
  private readonly emit: (event: TrainEvent) => void;
  private readonly on: boolean;
  private readonly pace: Pace;
  private first = 0;
  private losses: number[] = [];
  private rates: number[] = [];
  private told = performance.now();

  constructor(trainer: Trainer, watching: Watching, emit: (event: TrainEvent) => void) {
    this.trainer = trainer;
    this.emit = emit;
    this.on = watching !== false;
    this.pace = new Pace(watching);
  }

  due = (update: number, seconds: number, total: number): boolean => this.pace.due(update, seconds, total);
  room = (update: number): number => this.pace.room(update);
  took = (seconds: number): void => this.pace.took(seconds);

  async look(rows: Int32Array, numbers: Numbers): Promise<void> {
    this.flush();
    this.emit({ kind: 'signals', signals: await this.trainer.look(rows, numbers) });
  }

  made(first: number, losses: readonly number[], rates: readonly number[]): void {
    if (!this.on) return;
    // After training went back, updates are counted from there again.
    if (first !== this.first + this.losses.length) this.flush();
    if (this.losses.length === 0) this.first = first;
    this.losses.push(...losses);
    this.rates.push(...rates);
    if (this.losses.length >= most || performance.now() - this.told > 1000 * longest) this.flush();
  }

  flush(): void {
    this.told = performance.now();
    if (this.losses.length === 0) return;
    this.emit({ kind: 'updates', first: this.first, loss: this.losses, lr: this.rates });
    this.losses = [];
    this.rates = [];
  }
}
