import { el } from '../dom.ts';
import { Raster } from './raster.ts';

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Which of its points lies there; the middle, unless said. */
  readonly align?: 'left' | 'right' | 'center';
  readonly kind?: string;
  readonly title?: string;
  readonly turned?: boolean;
}

/** What one plot shows; all in units of the page. */
export interface Drawing {
  /** Decides where things are, for this size; returns the texts. */
  layout(width: number, height: number): readonly Label[];
  /** What lies under the data, and over them. */
  under?(ctx: CanvasRenderingContext2D): void;
  over?(ctx: CanvasRenderingContext2D): void;
  /** The data, piece by piece: between two pieces the page may do something else. */
  paint(raster: Raster): Generator<void>;
  /** Shows one trial on top of all others. */
  trace(ctx: CanvasRenderingContext2D, trial: number): void;
  /** The trial at a place, or -1. */
  pick(x: number, y: number): number;
}

/** Canvases for data and for what is pointed at, with texts over them. */
export class Plot {
  readonly element: HTMLDivElement;
  private readonly base = el('canvas');
  private readonly top = el('canvas');
  private readonly labels = el('div', { className: 'labels', attr: { 'aria-hidden': 'true' } });
  private readonly drawing: Drawing;
  private size = [0, 0, 1];

  constructor(drawing: Drawing, height: number, says: string) {
    this.drawing = drawing;
    this.element = el(
      'div',
      { className: 'plot', tabIndex: 0, attr: { role: 'img', 'aria-label': says } },
      this.base,
      this.top,
      this.labels,
    );
    this.element.style.height = `${height}px`;
  }

  /** Draws the data, piece by piece. */
  *draw(): Generator<void> {
    const { clientWidth: width, clientHeight: height } = this.element;
    const scale = devicePixelRatio || 1;
    if (width === 0) return;
    if (this.size[0] !== width || this.size[1] !== height || this.size[2] !== scale) {
      this.size = [width, height, scale];
      for (const canvas of [this.base, this.top]) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
      }
    }
    this.labels.replaceChildren(...this.drawing.layout(width, height).map(labelOf));
    const raster = new Raster(width, height, scale);
    const pieces = this.drawing.paint(raster);
    let shown = performance.now();
    while (!pieces.next().done) {
      if (performance.now() - shown > 250) {
        this.show(raster);
        shown = performance.now();
      }
      yield;
    }
    this.show(raster);
    yield;
  }

  private show(raster: Raster): void {
    const ctx = this.base.getContext('2d')!;
    const [width, height, scale] = this.size;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.clearRect(0, 0, width, height);
    this.drawing.under?.(ctx);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(raster.shown(), 0, 0);
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    this.drawing.over?.(ctx);
  }

  /** Shows these trials on top, the last one uppermost. */
  mark(trials: readonly number[]): void {
    const ctx = this.top.getContext('2d')!;
    const [width, height, scale] = this.size;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.clearRect(0, 0, width, height);
    for (const trial of trials) this.drawing.trace(ctx, trial);
  }

  pick(event: MouseEvent): number {
    const { left, top } = this.element.getBoundingClientRect();
    return this.drawing.pick(event.clientX - left, event.clientY - top);
  }
}

function labelOf({ x, y, text, align = 'center', kind = '', title, turned }: Label): HTMLElement {
  const label = el('span', { className: `${align} ${kind}${turned ? ' turned' : ''}` }, text);
  if (title) label.title = title;
  label.style.left = `${x.toFixed(1)}px`;
  label.style.top = `${y.toFixed(1)}px`;
  return label;
}

/** The nearest of many points to a place, if one is within reach. */
export function nearest(xs: Float32Array, ys: Float32Array, x: number, y: number, reach = 14): number {
  let [found, least] = [-1, reach * reach];
  for (let i = 0; i < xs.length; i++) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance <= least) [found, least] = [i, distance];
  }
  return found;
}
