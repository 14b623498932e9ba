import type { Layout, Place } from './measure.ts';
import type { Histogram, LayerSignals, ParameterSignals, Signals } from './signals.ts';

const bins = 20;
/** Measurements that a unit must have been silent in to be called so; fewer at the start of a run. */
const patience = 8;

/** Reads what was measured; remembers which units have spoken, so that a unit is called silent for more than the rows of one batch. */
export class Reader {
  private readonly layout: Layout;
  /** For each layer and unit, how many measurements in a row it has been silent in. */
  private readonly quiet: readonly Int32Array[];
  private read = 0;

  constructor(layout: Layout) {
    this.layout = layout;
    this.quiet = layout.layers.map(({ units }) => new Int32Array(units));
  }

  signals(update: number, lr: number, data: ArrayLike<number>): Signals {
    const { layout } = this;
    const { batch } = layout;
    this.read++;
    const [loss, ...penalties] = Object.values(parts(layout.loss, data)).map(([value]) => value);
    const layers = layout.layers.map(({ name, kind, units, place }, i) => {
      const found = parts(place, data);
      return [name, this.layer(kind, units, found, this.quiet[i])] as const;
    });
    const parameters = layout.parameters.map(
      ({ name, kind, size, place }) => [name, parameter(kind, size, parts(place, data))] as const,
    );
    return {
      ...{ update, rows: batch, lr, loss },
      penalties: Object.fromEntries(layout.penalties.map((name, i) => [name, penalties[i]])),
      input: layers[0][1],
      layers: Object.fromEntries(layers.slice(1)),
      parameters: Object.fromEntries(parameters),
    };
  }

  private layer(kind: string, units: number, found: Parts, quiet: Int32Array): LayerSignals {
    const { mean, square, most, least, zeros, saturated, slope, values, gradients } = found;
    const { batch } = this.layout;
    const window = Math.min(patience, this.read);
    const spread = mean.map((m, i) => Math.sqrt(Math.max(0, square[i] - m * m)));
    // A unit that does not vary has no spread, whatever rounding makes of its squares.
    most.forEach((top, i) => {
      if (top === -least[i]) spread[i] = 0;
    });
    const speaks = most.map((top, i) => top !== 0 || least[i] !== 0);
    speaks.forEach((spoke, i) => {
      quiet[i] = spoke ? 0 : quiet[i] + 1;
    });
    const different = new Set(mean.flatMap((m, i) => (speaks[i] ? [`${m} ${square[i]} ${most[i]} ${least[i]}`] : [])));
    const level = average(mean);
    const sorted = spread.toSorted((a, b) => a - b);
    return {
      ...{ kind, units, mean: level, deviation: Math.sqrt(Math.max(0, average(square) - level * level)) },
      largest: most.reduce((top, m, i) => Math.max(top, m, least[i]), 0),
      zeros: zeros[0],
      silent: quiet.reduce((n, q) => n + (q >= window ? 1 : 0), 0) / units,
      silentRows: window * batch,
      constant: spread.filter((s) => s === 0).length / units,
      distinct: different.size,
      ...(saturated && { saturated: saturated[0] }),
      spread: [sorted[0], sorted[units >> 1], sorted[units - 1]],
      // The mean loss has the gradient of a row's loss divided by the rows.
      gradient: slope ? batch * Math.sqrt(slope[0] / (batch * units)) : 0,
      values: histogram(values),
      gradients: histogram(gradients ?? []),
    };
  }
}

type Parts = Readonly<Record<string, readonly number[]>>;

function parts({ start, parts: sizes }: Place, data: ArrayLike<number>): Parts {
  let at = start;
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const own = Array.from({ length: size }, (_, i) => data[at + i]);
      at += size;
      return [name, own];
    }),
  );
}

function parameter(kind: 'weight' | 'bias', size: number, found: Parts): ParameterSignals {
  const norm = (name: string) => Math.sqrt(found[name][0]);
  const [weight, update] = [norm('weight'), norm('update')];
  return {
    ...{ kind, size, weight, gradient: norm('gradient'), update, ratio: update / weight },
    ...(found.penalty && { penalty: norm('penalty') }),
    values: histogram(found.values),
    gradients: histogram(found.gradients),
  };
}

const average = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function histogram(values: readonly number[]): Histogram {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = new Array<number>(bins).fill(0);
  const width = (high - low) / bins || 1;
  for (const value of finite) counts[Math.min(bins - 1, Math.floor((value - low) / width))]++;
  return { low, high, counts, odd: values.length - finite.length };
}
