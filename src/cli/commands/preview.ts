import { rename, writeFile } from 'node:fs/promises';
import { formatShape, grouped, sizeOf, type Tensor, WellfitError } from '../../base/index.ts';
import {
  type AugmentPlan,
  applyAugment,
  augmentations,
  type Dataset,
  drawAugment,
  readAugment,
} from '../../data/index.ts';
import { encodePng } from '../../data/readers/index.ts';
import { onnxRuntimeEngine } from '../../engine/index.ts';
import { Graph } from '../../graph/index.ts';
import { type Command, numberOption } from '../command.ts';
import { loadFor } from '../experiment.ts';
import { experimentFrom, jsonOption } from '../options.ts';
import { drawSheet } from '../terminal/sheet.ts';

export const preview: Command = {
  summary: 'draw augmented images beside the originals, as a picture',
  examples: [
    'wellfit preview --dataset mnist --augment rotation=15,elastic',
    'wellfit preview --dataset cifar-10 --augment horizontalFlip,crop,cutout=8 --rows 4 --times 12',
    'wellfit preview experiment.json --out augmented.png --json',
  ],
  define: (parser) =>
    jsonOption(
      parser
        .argument('[experiment]', 'experiment file: .json, or .ts/.js with a default export')
        .option('--dataset <name>', 'built in: digits; found or downloaded: mnist, fashion-mnist, cifar-10')
        .option(
          '--augment <list>',
          `name or name=number, separated by commas: ${Object.keys(augmentations).join(', ')}`,
        )
        .option('--rows <n>', 'images, from the first row of the data set on', numberOption('rows'), 8)
        .option('--times <n>', 'how often each is augmented', numberOption('times'), 8)
        .option('--seed <n>', 'decides what is drawn; as in training', numberOption('seed'))
        .option('--out <file>', 'where the picture goes', 'preview.png'),
    ),

  async run(paths, options, io) {
    const experiment = await experimentFrom(paths, options);
    const rows = wholeNumber('--rows', options.rows, 1);
    const times = wholeNumber('--times', options.times, 1);
    const seed = wholeNumber('the seed', experiment.seed ?? 0, -Infinity);
    const entries = options.augment === undefined ? experiment.augment : parseList(options.augment as string);
    if (!Array.isArray(entries) || entries.length === 0)
      throw new WellfitError('option', 'no augmentation was named', {
        expected: `--augment with some of: ${Object.keys(augmentations).join(', ')}`,
        fix: 'as in: --augment horizontalFlip,crop=4, or "augment": ["horizontalFlip", { "crop": 4 }] in the experiment file',
      });
    const file = options.out as string;
    if (!file.toLowerCase().endsWith('.png'))
      throw new WellfitError('option', '--out: the picture is a PNG', {
        received: file,
        fix: 'give it a name that ends in .png',
      });
    const { dataset } = await loadFor(experiment, io);
    const { shape, features } = dataset;
    if (shape.length !== 3 || (shape[0] !== 1 && shape[0] !== 3))
      throw new WellfitError('option', `the rows of "${dataset.name}" cannot be drawn`, {
        expected: 'images [1, height, width] or [3, height, width]',
        received: `rows ${formatShape(shape)}`,
      });
    const plan = readAugment(entries, shape, features instanceof Uint8Array);
    const shown = Int32Array.from({ length: Math.min(rows, dataset.rows) }, (_, row) => row);
    const lines = await augmentedLines(plan, dataset, shown, times, seed);
    const [low, high] = rangeOf(features.subarray(0, shown.length * sizeOf(shape)));
    const picture = drawSheet(lines, shape, low, high);
    const { channels, height, width, data } = picture;
    await writeWhole(file, await encodePng(data, [channels, height, width]));
    io.say(`${file}: ${grouped(picture.width)} x ${grouped(picture.height)} pixels`);
    io.say(
      `the first ${shown.length} images of ${dataset.name}, a line each: as it is, then as in updates 1 to ${times} of seed ${seed}`,
    );
    io.result({
      file,
      width: picture.width,
      height: picture.height,
      dataset: dataset.name,
      augment: plan.steps.map(({ kind, options }) => ({ [kind]: options })),
      rows: [...shown],
      times,
      seed,
    });
    return 0;
  },
};

function wholeNumber(name: string, value: unknown, least: number): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw new WellfitError('option', `${name} must be a whole number${least === 1 ? ', 1 or more' : ''}`, {
    received: String(value),
  });
}

/** "crop=4,horizontalFlip" as an experiment lists it: [{ crop: 4 }, "horizontalFlip"]. */
const parseList = (text: string): unknown[] =>
  text.split(',').map((part) => {
    const [name, ...value] = part.trim().split('=');
    return value.length === 0 ? name : { [name]: numberOption(`augment ${name}`)(value.join('=')) };
  });

/** For each row its image and what becomes of it in the first updates. */
async function augmentedLines(
  plan: AugmentPlan,
  { features, shape }: Dataset,
  rows: Int32Array,
  times: number,
  seed: number,
): Promise<Float32Array[][]> {
  const width = sizeOf(shape);
  const imagesOf = (pixels: ArrayLike<number>) =>
    Array.from(rows, (_, i) => Float32Array.from({ length: width }, (_, k) => pixels[i * width + k]));
  const graph = new Graph();
  const x: Tensor = {
    dtype: 'float',
    shape: [rows.length, ...shape],
    data: Float32Array.from(features.subarray(0, rows.length * width)),
  };
  const numbers = graph.feed('numbers', 'float', [rows.length, plan.width]);
  graph.output('augmented', applyAugment(plan, graph.feed('x', 'float', x.shape), numbers).x);
  const engine = onnxRuntimeEngine();
  const program = await engine.compile(graph);
  const memory = engine.memory();
  const lines = imagesOf(x.data).map((original) => [original]);
  for (let update = 1; update <= times; update++) {
    const data = drawAugment(plan, seed, update, rows);
    const { augmented } = await program.run(memory, { x, numbers: { dtype: 'float', shape: numbers.shape, data } });
    for (const [i, image] of imagesOf(augmented.data).entries()) lines[i].push(image);
  }
  await program.release();
  return lines;
}

/** What is drawn black and white: 0 and 255 of bytes, the extremes of other numbers. */
function rangeOf(pixels: Uint8Array | Float32Array): [number, number] {
  if (pixels instanceof Uint8Array) return [0, 255];
  return [pixels.reduce((a, b) => Math.min(a, b)), pixels.reduce((a, b) => Math.max(a, b))];
}

async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.part`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, file);
  } catch (error) {
    throw new WellfitError('file', `the picture "${file}" cannot be written`, {
      received: (error as Error).message,
      fix: 'name another file with --out, in a folder that exists',
    });
  }
}
