import { describe, expect, test } from 'vitest';
import type { Shape, Tensor } from '../../src/base/index.ts';
import { augmentNumbers } from '../../src/data/augment/plan.ts';
import {
  type AugmentPlan,
  applyAugment,
  augmentations,
  drawAugment,
  partners,
  readAugment,
} from '../../src/data/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { messageOf } from './support.ts';

const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });

/** The batch after augmentation with the given numbers, and the weight of each row's own target. */
async function augmented(engine: Engine, plan: AugmentPlan, x: Tensor, numbers: ArrayLike<number>) {
  const graph = new Graph();
  const drawn: Tensor = { dtype: 'float', shape: [x.shape[0], plan.width], data: Float64Array.from(numbers) };
  const result = applyAugment(plan, graph.feed('x', 'float', x.shape), graph.feed('drawn', 'float', drawn.shape));
  graph.output('pixels', result.x);
  if (result.mix) graph.output('mix', result.mix);
  verify(graph);
  const program = await engine.compile(graph);
  const outputs = await program.run(engine.memory(), { x, drawn });
  await program.release();
  return outputs;
}

const images = (shape: Shape, number: (i: number) => number): Tensor => ({
  dtype: 'float',
  shape,
  data: Float64Array.from({ length: shape.reduce((n, s) => n * s, 1) }, (_, i) => number(i)),
});

interface Golden {
  readonly cases: readonly {
    label: string;
    steps: readonly (string | Record<string, unknown>)[];
    bytes?: boolean;
    image: StoredTensor;
    drawn: readonly Record<string, readonly number[]>[];
    output: StoredTensor;
    mix?: StoredTensor;
  }[];
}

const { cases } = readGolden<Golden>('torch-augment.json');

describe('an augmentation gives what PyTorch gives for the same drawn numbers', () => {
  const engines = [
    { engine: referenceEngine, tolerance: 1e-12 },
    { engine: cpu, tolerance: 2e-6 },
  ];
  for (const { label, steps, bytes, image, drawn, output, mix } of cases)
    for (const { engine, tolerance } of engines)
      test(`${label} (${engine.name})`, async () => {
        const plan = readAugment(steps, image.shape.slice(1), bytes ?? true);
        const numbers = drawn.flatMap((row) => augmentNumbers(plan, row));
        expect(numbers).toHaveLength(drawn.length * plan.width);
        const results = await augmented(engine, plan, tensorOf(image), numbers);
        expect(results.pixels.shape).toEqual(output.shape);
        expect(gap(results.pixels.data, tensorOf(output).data, 255)).toBeLessThan(tolerance);
        expect(results.mix !== undefined).toBe(plan.mixes);
        expect(mix !== undefined).toBe(plan.mixes);
        if (mix) expect(gap(results.mix.data, tensorOf(mix).data)).toBeLessThan(tolerance);
      });

  test('every augmentation is compared', () => {
    const compared = cases.flatMap(({ steps }) => steps.map((s) => (typeof s === 'string' ? s : Object.keys(s)[0])));
    expect(new Set(compared)).toEqual(new Set(Object.keys(augmentations)));
  });
});

describe('mirrored and shifted pixels are the same to the bit on ONNX Runtime', () => {
  const x = images([64, 3, 9, 28], (i) => Math.fround(((i * 7919) % 2039) / 8 + 0.1));
  const [, , height, width] = x.shape;
  const at = (row: number, channel: number, y: number, from: number) =>
    y < 0 || y >= height || from < 0 || from >= width ? 0 : x.data[((row * 3 + channel) * height + y) * width + from];

  test('flips, shifts and crops', async () => {
    const plan = readAugment(['horizontalFlip', 'verticalFlip', { shift: 0.3 }, 'crop'], [3, 9, 28], true);
    const draws = Array.from({ length: 64 }, (_, row) => ({
      horizontalFlip: [row % 2],
      verticalFlip: [(row >> 1) % 2],
      shift: [(row % 7) - 3, (row % 3) - 1],
      crop: [(row % 9) - 4, (row % 5) - 2],
    }));
    const numbers = draws.flatMap((row) => augmentNumbers(plan, row));
    const { data } = (await augmented(cpu, plan, x, numbers)).pixels;
    let i = 0;
    for (const [row, { horizontalFlip, verticalFlip, shift, crop }] of draws.entries())
      for (let channel = 0; channel < 3; channel++)
        for (let y = 0; y < height; y++)
          for (let column = 0; column < width; column++) {
            // The steps make one map: what the shift pushes out, the crop can bring back.
            const [cx, cy] = [column + crop[0], y + crop[1]];
            const [sx, sy] = [cx - shift[0], cy - shift[1]];
            const expected = at(
              row,
              channel,
              verticalFlip[0] ? height - 1 - sy : sy,
              horizontalFlip[0] ? width - 1 - sx : sx,
            );
            if (data[i++] !== expected)
              expect.fail(`row ${row}, channel ${channel}, (${column}, ${y}): ${data[i - 1]}`);
          }
  });

  test('and nothing drawn changes nothing, whatever is listed', async () => {
    const every = ['horizontalFlip', 'crop', 'zoom', 'brightness', { cutout: { size: 3, probability: 0 } }];
    const plan = readAugment(every, [3, 9, 28], true);
    const still = { horizontalFlip: [0], crop: [0, 0], zoom: [1], brightness: [1], cutout: [0, 0, 0, 0] };
    const numbers = Array.from({ length: 64 }, () => augmentNumbers(plan, still)).flat();
    const result = await augmented(cpu, plan, x, numbers);
    expect(result.pixels.data).toEqual(Float32Array.from(x.data));
    expect(result.mix).toBeUndefined();
  });
});

test('the partner of a row is the row as far from the end of the batch; the middle row of an odd batch keeps to itself', async () => {
  const graph = new Graph();
  graph.output('y', partners(graph.feed('x', 'int32', [5])));
  const program = await cpu.compile(graph);
  const x: Tensor = { dtype: 'int32', shape: [5], data: Int32Array.of(3, 1, 4, 1, 5) };
  expect([...(await program.run(cpu.memory(), { x })).y.data]).toEqual([5, 1, 4, 1, 3]);
});

test.each(['brightness', 'contrast', 'saturation'])(
  '%s keeps bytes in 0 … 255, whatever is drawn, and does not cut off other numbers',
  async (name) => {
    const extremes = images([16, 3, 4, 4], (i) => (i % 3 === 0 ? 255 : i % 5 === 0 ? 0 : (i * 37) % 256));
    const rows = Int32Array.from({ length: 16 }, (_, i) => i);
    const range = async (bytes: boolean) => {
      const plan = readAugment([{ [name]: 1 }], [3, 4, 4], bytes);
      const { data } = (await augmented(cpu, plan, extremes, drawAugment(plan, 1, 1, rows))).pixels;
      return [Math.min(...data), Math.max(...data)];
    };
    expect(await range(true)).toEqual([0, 255]);
    const [low, high] = await range(false);
    expect(high).toBeGreaterThan(265);
    expect(low).toBeLessThan(name === 'brightness' ? 1 : -10);
  },
);

describe('a list of augmentations', () => {
  test('takes a name, a name with its main option, and a name with options', () => {
    const list = ['horizontalFlip', { rotation: 20 }, { cutout: { size: 5, probability: 0.25 } }];
    const { steps, shape, bytes, mixes } = readAugment(list, [3, 32, 32], true);
    expect(steps).toEqual([
      { kind: 'horizontalFlip', options: { probability: 0.5 } },
      { kind: 'rotation', options: { degrees: 20 } },
      { kind: 'cutout', options: { size: 5, probability: 0.25 } },
    ]);
    expect({ shape, bytes, mixes }).toEqual({ shape: [3, 32, 32], bytes: true, mixes: false });
  });

  test('needs no numbers where it is empty', () => {
    const plan = readAugment([], [3, 32, 32], true);
    expect(plan.width).toBe(0);
    expect(drawAugment(plan, 1, 1, Int32Array.of(1, 2))).toHaveLength(0);
  });

  test('mixes the rows of a table', () => {
    expect(readAugment(['mixup'], [4], false)).toMatchObject({ width: 1, mixes: true });
  });

  const grey: Shape = [1, 28, 28];
  test.each<[string, readonly unknown[], Shape, string[]]>([
    ['an unknown name', ['flip'], grey, ['augment[0]: unknown augmentation "flip"', 'horizontalFlip']],
    [
      'an unknown option',
      [{ rotation: { angle: 3 } }],
      grey,
      ['unknown option "angle" in augment[0].rotation', 'degrees'],
    ],
    ['an angle beyond a half turn', [{ rotation: 181 }], grey, ['augment[0].rotation.degrees: must be at most 180']],
    [
      'a probability above 1',
      ['crop', { horizontalFlip: 1.5 }],
      grey,
      ['augment[1].horizontalFlip.probability: must be at most 1'],
    ],
    ['a factor that may be negative', [{ contrast: 1.2 }], grey, ['augment[0].contrast.amount: must be at most 1']],
    ['a square without a size', ['cutout'], grey, ['augment[0].cutout.size: must be a number']],
    ['half a pixel', [{ crop: 1.5 }], grey, ['augment[0].crop.padding: must be a whole number']],
    ['alpha 0', [{ mixup: 0 }], grey, ['augment[0].mixup.alpha: must be greater than 0']],
    ['the same twice', ['crop', 'zoom', 'crop'], grey, ['augment[2]: crop is listed twice']],
    ['two ways of mixing', ['mixup', 'cutmix'], grey, ['in one way', 'mixup and cutmix', 'list one of them']],
    [
      'images for a table',
      ['horizontalFlip'],
      [4],
      ['augment[0]: horizontalFlip', 'images [channels, height, width]', 'rows [4]', 'mixup'],
    ],
    ['cutmix for a table', ['cutmix'], [4], ['augment[0]: cutmix', 'images [channels, height, width]', 'rows [4]']],
    ['colors of a grey picture', ['saturation'], grey, ['augment[0]: saturation', '3 channels', 'rows [1, 28, 28]']],
    [
      'the grey of four channels',
      ['contrast'],
      [4, 8, 8],
      ['augment[0]: contrast', '1 channel, or 3', 'rows [4, 8, 8]'],
    ],
    [
      'padding as large as the picture',
      [{ crop: 8 }],
      [1, 8, 9],
      ['augment[0]: crop', 'padding of 8 pixels', 'rows [1, 8, 9]'],
    ],
    [
      'a square larger than the picture',
      [{ cutout: 9 }],
      [1, 8, 9],
      ['augment[0]: cutout', 'images of 9 pixels or more'],
    ],
  ])('refuses %s', async (_, list, shape, says) => {
    const message = await messageOf(() => readAugment(list, shape, true));
    for (const part of says) expect(message).toContain(part);
  });
});
