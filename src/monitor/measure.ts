import { type Shape, sizeOf } from '../base/index.ts';
import type { Graph, Value } from '../graph/index.ts';
import {
  abs,
  cast,
  concat,
  equal,
  gather,
  greater,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSumSquare,
  reshape,
  sub,
} from '../ops/index.ts';

/** What a layer gives, [batch, units, …], and the gradient of the mean loss by it. */
export interface WatchedLayer {
  readonly name: string;
  readonly kind: string;
  /** Of an activation that cannot leave them. */
  readonly bounds?: readonly [number, number];
  readonly value: Value;
  readonly gradient?: Value;
}

export interface WatchedParameter {
  readonly name: string;
  readonly kind: 'weight' | 'bias';
  readonly before: Value;
  readonly after: Value;
  readonly gradient: Value;
  readonly penalty?: Value;
}

export interface Watched {
  readonly loss: Value;
  readonly penalties: Readonly<Record<string, Value>>;
  readonly input: WatchedLayer;
  readonly layers: readonly WatchedLayer[];
  readonly parameters: readonly WatchedParameter[];
}

/** Where in the output "signals" the numbers of one measured thing begin, and how many each of its parts has. */
export interface Place {
  readonly start: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** How to read the output "signals". */
export interface Layout {
  readonly batch: number;
  readonly loss: Place;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly units: number;
    readonly place: Place;
  }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly kind: 'weight' | 'bias';
    readonly size: number;
    readonly place: Place;
  }[];
  readonly penalties: readonly string[];
}

/** Values of a tensor that its histogram is made of, at equal distances; few, so that looking costs next to nothing. */
const sampled = 256;
/** A value this near to a bound, as a share of half the range, is saturated. */
const nearBound = 0.98;

/** Adds one output, "signals", that holds everything that is measured; the first of the layers is the input. */
export function measure(graph: Graph, { loss, penalties, input, layers, parameters }: Watched): Layout {
  const pieces: Value[] = [];
  let length = 0;
  const put = (parts: Readonly<Record<string, Value | undefined>>): Place => {
    const start = length;
    const sizes = Object.entries(parts).flatMap(([name, value]) => {
      if (!value) return [];
      const size = sizeOf(value.shape);
      pieces.push(reshape(value, { shape: [size] }));
      length += size;
      return [[name, size] as const];
    });
    return { start, parts: Object.fromEntries(sizes) };
  };
  return graph.scope('signals', () => {
    const layout: Layout = {
      batch: input.value.shape[0],
      loss: put({ loss, ...penalties }),
      layers: [input, ...layers].map(({ name, kind, value, gradient, bounds }) => ({
        ...{ name, kind, units: value.shape[1] },
        place: put(ofLayer(value, gradient, bounds)),
      })),
      parameters: parameters.map(({ name, kind, before, after, gradient, penalty }) => ({
        ...{ name, kind, size: sizeOf(before.shape) },
        place: put({
          weight: squares(before),
          gradient: squares(gradient),
          update: squares(sub(after, before)),
          penalty: penalty && squares(penalty),
          values: sample(before),
          gradients: sample(gradient),
        }),
      })),
      penalties: Object.keys(penalties),
    };
    graph.output('signals', concat(...pieces, { axis: 0 }));
    return layout;
  });
}

/** Numbers of each unit over rows and places, and of all values. */
function ofLayer(value: Value, gradient: Value | undefined, bounds: readonly [number, number] | undefined) {
  const { shape } = value;
  const over = { axes: shape.map((_, axis) => axis).filter((axis) => axis !== 1), keepdims: 0 } as const;
  const all = { axes: shape.map((_, axis) => axis), keepdims: 0 } as const;
  const share = (condition: Value) => reduceMean(cast(condition, { to: 'float' }), all);
  return {
    mean: reduceMean(value, over),
    square: reduceMean(mul(value, value), over),
    most: reduceMax(value, over),
    least: reduceMax(neg(value), over),
    zeros: share(equal(value, 0)),
    saturated: bounds && share(greater(abs(sub(value, middle(bounds))), nearBound * half(bounds))),
    slope: gradient && squares(gradient),
    values: sample(value),
    gradients: gradient && sample(gradient),
  };
}

const middle = ([low, high]: readonly [number, number]): number => (low + high) / 2;
const half = ([low, high]: readonly [number, number]): number => (high - low) / 2;

const squares = (x: Value): Value => reduceSumSquare(x, { axes: x.shape.map((_, axis) => axis), keepdims: 0 });

/** Some of the values, the first and the last among them. */
function sample(x: Value): Value {
  const size = sizeOf(x.shape);
  const flat = reshape(x, { shape: [size] });
  if (size <= sampled) return flat;
  const at = Int32Array.from({ length: sampled }, (_, i) => Math.floor((i * (size - 1)) / (sampled - 1)));
  const shape: Shape = [sampled];
  return gather(flat, x.graph.constant({ dtype: 'int32', shape, data: at }), { axis: 0 });
}
