// Times the building blocks that were chosen between, on one thread, and prints the table of bench/README.md.
import { onnxRuntimeEngine } from '../src/engine/index.ts';
import { Graph, type Value } from '../src/graph/index.ts';
import * as o from '../src/ops/index.ts';

type Build = (...inputs: Value[]) => Value;

const engine = onnxRuntimeEngine({ threads: 1 });

async function milliseconds(shapes: readonly number[][], build: Build): Promise<number> {
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.state(`x${i}`, 'float', shape));
  const y = build(...inputs);
  // One number of the result comes back, so that handing over the whole is not measured.
  const flat = o.reshape(y, { shape: [y.shape.reduce((a, b) => a * b, 1)] });
  graph.output('y', o.slice(flat, { starts: [0], ends: [1], axes: [0], steps: [1] }));
  const program = await engine.compile(graph);
  const memory = engine.memory();
  shapes.forEach((shape, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    memory.set(`x${i}`, {
      dtype: 'float',
      shape,
      data: Float32Array.from({ length: size }, () => Math.random() - 0.5),
    });
  });
  const times: number[] = [];
  for (let i = 0; i < 3; i++) await program.run(memory, {});
  const end = performance.now() + 600;
  while (performance.now() < end) {
    const before = performance.now();
    await program.run(memory, {});
    times.push(performance.now() - before);
  }
  await program.release();
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const image = [64, 32, 32, 32];
const pooled = [64, 32, 16, 16];
const tile = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
const same = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
const zero = (x: Value) => x.graph.scalar(0, 'float');
const channels = { axes: [0, 2, 3], keepdims: 0 } as const;
const winners: Build = (x, y) => o.cast(o.equal(x, o.resize(y, o.nearestResize(image))), { to: 'float' });

const candidates: readonly [string, readonly number[][], Build][] = [
  ['ReLU slope: HardSigmoid', [image, image], (dy, y) => o.mul(dy, o.hardSigmoid(y, { alpha: 3.4e38, beta: 0 }))],
  ['ReLU slope: Sign', [image, image], (dy, y) => o.mul(dy, o.sign(y))],
  ['ReLU slope: Where(Greater)', [image, image], (dy, y) => o.where(o.greater(y, zero(y)), dy, zero(y))],
  ['ReLU slope: Cast(Greater)', [image, image], (dy, y) => o.mul(dy, o.cast(o.greater(y, 0), { to: 'float' }))],
  [
    'pooling gradient: winners share',
    [pooled, pooled, image],
    (dy, y, x) => o.maxPool.spec.gradient!({ dy, y, inputs: [x], attributes: tile, needs: [true] })[0]!,
  ],
  [
    'pooling gradient: first winner only',
    [pooled, pooled, image],
    (dy, y, x) => {
      const order = x.graph.constant({
        dtype: 'float',
        shape: [1, 1, 32, 32],
        data: Float64Array.from({ length: 1024 }, (_, i) => 4 - 2 * ((i >> 5) % 2) - (i % 2)),
      });
      const code = o.mul(winners(x, y), order);
      const first = o.cast(o.equal(code, o.resize(o.maxPool(code, tile), o.nearestResize(image))), { to: 'float' });
      return o.mul(first, o.resize(dy, o.nearestResize(image)));
    },
  ],
  ['3x3 convolution 32->32, as the engine runs it (in blocks)', [image, [32, 32, 3, 3]], (x, w) => o.conv(x, w, same)],
  [
    '3x3 convolution 32->32, transposed',
    [image, [32, 32, 3, 3]],
    (x, w) => o.convTranspose(x, w, { ...same, output_padding: [0, 0] }),
  ],
  ['3x3 convolution 32->31 (no whole blocks)', [image, [31, 32, 3, 3]], (x, w) => o.conv(x, w, same)],
  [
    'kernel gradient 32->32',
    [image, image, [32, 32, 3, 3]],
    (x, dy, w) => o.conv.spec.gradient!({ dy, y: dy, inputs: [x, w], attributes: same, needs: [false, true] })[1]!,
  ],
  ['sum of squares: Mul, ReduceSum', [image], (x) => o.reduceSum(o.mul(x, x), channels)],
  ['sum of squares: ReduceSumSquare', [image], (x) => o.reduceSumSquare(x, channels)],
  [
    'scale and shift channels: BatchNormalization',
    [image, [32]],
    (x, c) => o.batchNormalization(x, c, c, c, o.mul(c, c), { epsilon: 1 }),
  ],
  ['scale and shift channels: Mul, Add', [image, [32, 1, 1]], (x, c) => o.add(o.mul(x, c), c)],
  [
    'Gemm 1024x1024x1024',
    [
      [1024, 1024],
      [1024, 1024],
    ],
    (a, b) => o.gemm(a, b, { transA: 0, transB: 0 }),
  ],
  [
    'Gemm 65536x288x32',
    [
      [65536, 288],
      [288, 32],
    ],
    (a, b) => o.gemm(a, b, { transA: 0, transB: 0 }),
  ],
  [
    'Gemm 32x288x65536',
    [
      [32, 288],
      [288, 65536],
    ],
    (a, b) => o.gemm(a, b, { transA: 0, transB: 0 }),
  ],
];

for (const [label, shapes, build] of candidates)
  console.log(`| ${label} | ${(await milliseconds(shapes as number[][], build)).toFixed(2)} |`);
