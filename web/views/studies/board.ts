import { shortNames, type ValueAxis, valueAxis } from '../../draw/axis.ts';
import type { Mark, Rgb } from '../../draw/raster.ts';
import { readTheme, shades, type Theme } from '../../draw/theme.ts';
import { complete, failed, pruned, running, type StudyData, shownValues, signOf } from './data.ts';

/** What all panels share: the trials, which of them are shown, and which one is pointed at. */
export class Board {
  data: StudyData;
  theme: Theme = readTheme();
  /** A number for each trial by which it is shown, and its place among them: 0 is the best, `shades` - 1 the worst, 255 none. */
  values: Float64Array = new Float64Array();
  shade: Uint8Array = new Uint8Array();
  /** The best complete trial, or -1. */
  best = -1;
  log = false;
  hover = -1;
  selected = -1;
  /** 1 for each trial that passes all brushes. */
  shown: Uint8Array = new Uint8Array();
  /** Parts of axes that are looked at, from 0 to 1; by the name of a parameter, or "= " and the name of an objective. */
  readonly brushes = new Map<string, readonly [low: number, high: number]>();

  private short: readonly string[] | undefined;
  private readonly axes = new Map<string, ValueAxis>();

  constructor(data: StudyData) {
    this.data = data;
    this.take(data);
  }

  take(data: StudyData): void {
    this.data = data;
    this.values = shownValues(data);
    this.axes.clear();
    this.rank();
    this.filter();
  }

  /** Shades go by rank, so that a few values far out do not make all others look alike. */
  private rank(): void {
    const { head, trials } = this.data;
    const sign = signOf(head);
    const { values } = this;
    const known = values
      .filter((value, i) => trials.state[i] !== failed && Number.isFinite(value))
      .map((value) => sign * value)
      .sort();
    this.shade = new Uint8Array(trials.count).fill(255);
    this.best = -1;
    for (let i = 0; i < trials.count; i++) {
      const value = values[i];
      if (Number.isNaN(value)) continue;
      let [from, to] = [0, known.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if (known[middle] < sign * value) from = middle + 1;
        else to = middle;
      }
      this.shade[i] = Math.min(shades - 1, Math.floor((from / Math.max(1, known.length - 1)) * (shades - 1)));
      if (trials.state[i] !== complete) continue;
      const better = this.best < 0 || sign * value < sign * this.values[this.best];
      const fits = this.isComparable(i);
      // Where nothing comparable is complete yet, the best of the others.
      if (fits ? better || !this.isComparable(this.best) : better && !(this.best >= 0 && this.isComparable(this.best)))
        this.best = i;
    }
  }

  /** What parameters are called where there is little room. */
  get names(): readonly string[] {
    this.short ??= shortNames(this.data.head.space.map(({ name }) => name));
    return this.short;
  }

  /** Whether a trial was as long as those of the last stage: others cannot be compared with them. */
  isComparable(trial: number): boolean {
    const { stages } = this.data.head;
    return stages[this.data.trials.stage[trial]].length === stages[stages.length - 1].length;
  }

  /** The axis of the first objective, about so many ticks. */
  axis(count = 5): ValueAxis {
    const key = `${this.log} ${count}`;
    let axis = this.axes.get(key);
    if (!axis) {
      axis = valueAxis(this.values, signOf(this.data.head), this.log, count);
      this.axes.set(key, axis);
    }
    return axis;
  }

  filter(): void {
    const { trials } = this.data;
    this.shown = new Uint8Array(trials.count).fill(1);
    for (const [name, [low, high]] of this.brushes) {
      const place = this.placeOf(name);
      for (let i = 0; i < trials.count; i++) {
        const at = place(i);
        if (!(at >= low && at <= high)) this.shown[i] = 0;
      }
    }
    this.count = this.shown.reduce((sum, one) => sum + one, 0);
  }

  /** Where trials lie on an axis that can be brushed; set by the panel that has the axes. */
  placeOf: (name: string) => (trial: number) => number = () => () => Number.NaN;

  /** How many trials pass all brushes. */
  count = 0;

  color(trial: number): Rgb {
    const shade = this.shade[trial];
    return shade === 255 ? this.theme.grey : this.theme.ramp[shade];
  }

  /** The shape that says what became of a trial. */
  mark(trial: number): Mark {
    return marks[this.data.trials.state[trial]];
  }

  /** Trials in the order in which they are drawn: what is not shown first, the best last. Of very many only some, evenly chosen, and all of the best. */
  order(most: number): Int32Array {
    const { count } = this.data.trials;
    const buckets = Array.from({ length: shades + 2 }, () => [] as number[]);
    for (let i = 0; i < count; i++) {
      const level = this.shown[i] === 0 ? 0 : this.shade[i] === 255 ? 1 : 2 + (shades - 1 - this.shade[i]);
      buckets[level].push(i);
    }
    const total = this.count;
    const keep = (level: number) => {
      const bucket = buckets[level];
      const wanted = level === 0 ? most / 4 : level >= shades ? bucket.length : most;
      const of = level === 0 ? count - total : total;
      const every = Math.max(1, Math.ceil(of / wanted));
      return every === 1 ? bucket : bucket.filter((_, i) => i % every === 0);
    };
    return Int32Array.from(buckets.flatMap((_, level) => keep(level)));
  }
}

export const marks: readonly Mark[] = (() => {
  const list: Mark[] = [];
  list[running] = 'ring';
  list[complete] = 'disc';
  list[pruned] = 'cross';
  list[failed] = 'triangle';
  return list;
})();

/** How large and how strong marks are, so that thousands of them still show where they crowd. */
export const strength = (count: number): { readonly radius: number; readonly alpha: number } =>
  count > 20_000
    ? { radius: 1.6, alpha: 0.5 }
    : count > 3000
      ? { radius: 2, alpha: 0.6 }
      : count > 400
        ? { radius: 2.6, alpha: 0.8 }
        : { radius: 3.6, alpha: 0.9 };
/** The same for thin lines. */
export const lineStrength = (count: number): number =>
  Math.min(0.85, Math.max(0.04, count > 1000 ? 5 / Math.sqrt(count) : 9 / Math.sqrt(count + 1)));
/** The few that stand out where many lines crowd. */
export const isLeader = ({ shade, count }: Board, trial: number): boolean =>
  (shade[trial] === 0 && count < 20_000) || (shade[trial] < 4 && count < 1000);
