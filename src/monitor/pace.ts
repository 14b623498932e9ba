/** How often a run is looked at: "auto" keeps the cost below a share of the run, a number looks at every so many updates. */
export type Watching = 'auto' | false | number;

/** Share of the time of training that looking may take. */
const budget = 0.01;
/** Updates between two looks, unless the budget asks for more. */
const usual = 50;
/** The first looks, at growing distances: what goes wrong at the start goes wrong fast. */
const first = [1, 4, 8, 16, 32];

/** Decides which updates are looked at: the first ones, then at regular distances as far as the budget reaches. */
export class Pace {
  private readonly watching: Watching;
  private spent = 0;
  private looks = 0;
  private affordable = true;
  /** The update from which on the next look is due. */
  private next = 1;
  /** From which on it is made whatever it costs. */
  private forced = 1;

  constructor(watching: Watching) {
    this.watching = watching;
  }

  /** Whether to look before the update, counted from 1. `seconds`: of training so far; `total`: updates of the whole run. */
  due(update: number, seconds: number, total: number): boolean {
    this.affordable = this.watching !== 'auto' || this.next <= usual || this.spent <= budget * seconds;
    if (this.watching === false || update < this.next) return false;
    if (!this.affordable && update < this.forced) return false;
    // However tight the budget, a run is seen in sixteen places.
    this.forced = update + Math.max(usual, Math.ceil(total / 16));
    const every = this.watching === 'auto' ? usual : this.watching;
    const early = this.watching === 'auto' ? first.find((at) => at > update) : undefined;
    this.next = early ?? (Math.floor(update / every) + 1) * every;
    return true;
  }

  /** Most updates that may be made from `update` on before the next look, as far as is known by now. */
  room(update: number): number {
    if (this.watching === false) return Number.POSITIVE_INFINITY;
    return Math.max(1, (this.affordable ? this.next : Math.max(this.next, this.forced)) - update);
  }

  took(seconds: number): void {
    this.looks++;
    // The first look compiles, which is paid once, whatever the pace.
    if (this.looks > 1) this.spent += seconds;
  }
}
