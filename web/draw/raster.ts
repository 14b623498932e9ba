export type Rgb = readonly [red: number, green: number, blue: number];
/** How a trial is marked, so that its state is seen without color. */
export type Mark = 'disc' | 'ring' | 'cross' | 'triangle' | 'beyond';

/** Pixels that many thousands of marks and thin lines are blended into: much faster than a canvas paints paths, and without loss where they are faint. */
export class Raster {
  readonly canvas: OffscreenCanvas;
  private readonly data: Float32Array;
  private readonly image: ImageData;
  private readonly stamps: Partial<Record<Mark, Map<number, Stamp>>> = {};
  private readonly scale: number;
  private readonly width: number;
  private readonly height: number;

  /** @param scale device pixels in a unit of what is drawn */
  constructor(width: number, height: number, scale: number) {
    this.scale = scale;
    this.width = Math.max(1, Math.round(width * scale));
    this.height = Math.max(1, Math.round(height * scale));
    this.canvas = new OffscreenCanvas(this.width, this.height);
    this.data = new Float32Array(4 * this.width * this.height);
    this.image = new ImageData(this.width, this.height);
  }

  mark(kind: Mark, x: number, y: number, radius: number, color: Rgb, alpha: number): void {
    const { dx, dy, cover } = this.stamp(kind, radius);
    const [left, top] = [Math.round(x * this.scale), Math.round(y * this.scale)];
    for (let k = 0; k < cover.length; k++) this.blend(left + dx[k], top + dy[k], color, alpha * cover[k]);
  }

  /** A line as thick as one pixel of the device (Wu 1991), its ends included. */
  line(x0: number, y0: number, x1: number, y1: number, color: Rgb, alpha: number): void {
    const s = this.scale;
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const steep = dy > dx;
    let [from, to, a, b] = steep ? [y0 * s, y1 * s, x0 * s, x1 * s] : [x0 * s, x1 * s, y0 * s, y1 * s];
    if (from > to) [from, to, a, b] = [to, from, b, a];
    const slope = to - from > 1e-9 ? (b - a) / (to - from) : 0;
    const last = Math.min(Math.round(to), (steep ? this.height : this.width) - 1);
    for (let along = Math.max(0, Math.round(from)); along <= last; along++) {
      const across = a + slope * (along - from) - 0.5;
      const cell = Math.floor(across);
      const part = across - cell;
      if (steep) {
        this.blend(cell, along, color, alpha * (1 - part));
        this.blend(cell + 1, along, color, alpha * part);
      } else {
        this.blend(along, cell, color, alpha * (1 - part));
        this.blend(along, cell + 1, color, alpha * part);
      }
    }
  }

  rect(x: number, y: number, width: number, height: number, color: Rgb, alpha: number): void {
    const s = this.scale;
    const [left, top] = [Math.round(x * s), Math.round(y * s)];
    const right = Math.max(left + 1, Math.round((x + width) * s));
    const bottom = Math.max(top + 1, Math.round((y + height) * s));
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) this.blend(column, row, color, alpha);
  }

  /** The canvas with all that was drawn so far. */
  shown(): OffscreenCanvas {
    const { data, image } = this;
    const bytes = image.data;
    for (let i = 0; i < data.length; i += 4) {
      const alpha = data[i + 3];
      if (alpha === 0) continue;
      bytes[i] = data[i] / alpha;
      bytes[i + 1] = data[i + 1] / alpha;
      bytes[i + 2] = data[i + 2] / alpha;
      bytes[i + 3] = 255 * alpha;
    }
    this.canvas.getContext('2d')!.putImageData(image, 0, 0);
    return this.canvas;
  }

  private blend(x: number, y: number, color: Rgb, alpha: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const { data } = this;
    const i = 4 * (y * this.width + x);
    const rest = 1 - alpha;
    data[i] = data[i] * rest + color[0] * alpha;
    data[i + 1] = data[i + 1] * rest + color[1] * alpha;
    data[i + 2] = data[i + 2] * rest + color[2] * alpha;
    data[i + 3] = data[i + 3] * rest + alpha;
  }

  private stamp(kind: Mark, radius: number): Stamp {
    this.stamps[kind] ??= new Map();
    const sizes = this.stamps[kind];
    let stamp = sizes.get(radius);
    if (!stamp) {
      stamp = stampOf(kind, radius * this.scale);
      sizes.set(radius, stamp);
    }
    return stamp;
  }
}

/** How much of which pixels a mark covers, around its middle. */
interface Stamp {
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  readonly cover: Float32Array;
}

function stampOf(kind: Mark, radius: number): Stamp {
  const reach = Math.ceil(radius + 1);
  const inside = shapes[kind];
  const fine = 4;
  const cells: [dx: number, dy: number, cover: number][] = [];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      let hits = 0;
      for (let k = 0; k < fine * fine; k++) {
        const [x, y] = [dx + ((k % fine) + 0.5) / fine - 0.5, dy + (Math.floor(k / fine) + 0.5) / fine - 0.5];
        hits += Number(inside(x, y, radius));
      }
      if (hits > 0) cells.push([dx, dy, hits / fine ** 2]);
    }
  return {
    dx: Int8Array.from(cells, ([dx]) => dx),
    dy: Int8Array.from(cells, ([, dy]) => dy),
    cover: Float32Array.from(cells, ([, , cover]) => cover),
  };
}

const shapes: Readonly<Record<Mark, (x: number, y: number, r: number) => boolean>> = {
  disc: (x, y, r) => x * x + y * y <= r * r,
  ring: (x, y, r) => x * x + y * y <= r * r && x * x + y * y >= (0.55 * r) ** 2,
  cross: (x, y, r) => Math.max(Math.abs(x), Math.abs(y)) <= 0.85 * r && Math.abs(Math.abs(x) - Math.abs(y)) <= 0.36 * r,
  triangle: (x, y, r) => y >= -0.7 * r && y <= r - 1.75 * Math.abs(x),
  beyond: (x, y, r) => y <= 0.7 * r && y >= 1.75 * Math.abs(x) - r,
};
