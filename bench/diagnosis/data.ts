import { resolve } from 'node:path';
import { hashText, Random, sizeOf } from '../../src/base/index.ts';
import { loadData } from '../../src/data/readers/index.ts';
import { type Dataset, fromArrays, fromRows, loadDataset } from '../../src/index.ts';

/** Makes a data set once, when it is first asked for. */
export function once(make: () => Dataset | Promise<Dataset>): () => Promise<Dataset> {
  let made: Promise<Dataset> | undefined;
  return () => (made ??= Promise.resolve(make()));
}

const stream = hashText('diagnosis');

/** Rows drawn one after the other: their numbers and their class. */
export function drawn(name: string, rows: number, draw: (row: number, random: Random) => [number[], number]): Dataset {
  const random = new Random(stream, hashText(name));
  const all = Array.from({ length: rows }, (_, row) => draw(row, random));
  return fromArrays({
    name,
    features: all.map(([features]) => features),
    targets: Int32Array.from(all, ([, label]) => label),
  });
}

/** Two circles, one inside of the other, as scikit-learn's make_circles draws them. */
const circles = once(() =>
  drawn('circles', 1000, (row, random) => {
    const [label, angle] = [row % 2, 2 * Math.PI * random.uniform()];
    const radius = label ? 0.8 : 1;
    return [
      [radius * Math.cos(angle) + 0.1 * random.normal(), radius * Math.sin(angle) + 0.1 * random.normal()],
      label,
    ];
  }),
);

const centers = [
  [-4, -2],
  [4, -2],
  [0, 4],
];
const around = (label: number, random: Random, deviation: number): [number[], number] => [
  centers[label].map((x) => x + deviation * random.normal()),
  label,
];

/** Three clouds that overlap. */
const blobs = once(() => drawn('blobs', 1000, (row, random) => around(row % 3, random, 2)));

/** Ten rows of one of three clouds for one of each of the others; they hardly touch. */
const unevenBlobs = once(() =>
  drawn('uneven blobs', 1200, (row, random) => around([1, 2].find((label) => row % 12 === label) ?? 0, random, 1)),
);

/** The three clouds that overlap, of which one has 95 rows in a hundred. */
const rareBlobs = once(() =>
  drawn('rare blobs', 1000, (row, random) => around(row % 100 < 95 ? 0 : row % 100 < 98 ? 1 : 2, random, 2)),
);

/** Three arms that wind around each other. */
const spiral = once(() =>
  drawn('spiral', 1000, (row, random) => {
    const arm = row % 3;
    const way = random.uniform();
    const angle = (2 * Math.PI * arm) / 3 + 4 * way + 0.2 * random.normal();
    const radius = 0.1 + 0.9 * way;
    return [[radius * Math.cos(angle), radius * Math.sin(angle)], arm];
  }),
);

/** Texts of ten out of 300 words; some words hardly ever occur, and the class depends on a few of them. */
const words = once(() =>
  drawn('words', 1200, (_, random) => {
    const features = new Array<number>(300).fill(0);
    for (let i = 0; i < 10; i++) features[Math.floor(300 * random.uniform() ** 2)] = 1;
    const score = features.reduce((sum, x, word) => sum + x * ((word % 7) - 3), 0);
    return [features, score + 0.5 * random.normal() > 0 ? 1 : 0];
  }),
);

/** Six places with one of twelve tokens each, as a table of categories. */
const tokens = once(() => {
  const random = new Random(stream, hashText('tokens'));
  const rows = Array.from({ length: 1200 }, () => {
    const drawnTokens = Array.from({ length: 6 }, () => random.below(12));
    const sum = drawnTokens.reduce((total, token, place) => total + ((token * (place + 5)) % 12), 0);
    return {
      ...Object.fromEntries(drawnTokens.map((token, place) => [`place ${place}`, `token ${token}`])),
      label: sum > 33 ? 'many' : 'few',
    };
  });
  return fromRows(rows, { name: 'tokens', target: 'label' });
});

/** Some rows of a set of images, without its test rows. */
export const some = (name: 'mnist' | 'fashion-mnist' | 'cifar-10', rows: number, start = 0) =>
  once(async () => {
    const { features, targets, shape, ...rest } = await loadDataset(name);
    const { testRows: _, ...facts } = rest;
    if (targets.kind !== 'classes' || !(features instanceof Uint8Array)) throw new Error(`${name} is no set of images`);
    return {
      ...facts,
      shape,
      rows,
      features: features.slice(start * sizeOf(shape), (start + rows) * sizeOf(shape)),
      targets: { ...targets, data: targets.data.slice(start, start + rows) },
    };
  });

/** A table of WELLFIT_DATA. */
export const table = (file: string, target: string, columns?: Readonly<Record<string, 'ignore' | 'category'>>) =>
  once(async () => {
    const folder = process.env.WELLFIT_DATA;
    if (!folder) throw new Error('WELLFIT_DATA must name the folder of the data sets');
    const path = resolve(folder, 'tabular', file);
    return (await loadData({ table: path, target, ...(columns && { columns }) })).dataset;
  });

/** Thirty numbers without a gap, taken as they are. */
const cancer = once(async () => {
  const { table: _, ...plain } = await table('breast-cancer-wdbc.csv', 'diagnosis', { id: 'ignore' })();
  return plain;
});

/** Auto-MPG as plain numbers: six measures and which of three regions; rows without horsepower are left out. */
const cars = once(async () => {
  const {
    features,
    shape,
    table: columns = [],
    targets,
  } = await table('auto-mpg.csv', 'mpg', {
    name: 'ignore',
    cylinders: 'category',
    origin: 'category',
  })();
  const [width] = shape;
  const rows = Array.from({ length: targets.data.length }, (_, row) => ({
    cells: Array.from(features.subarray(row * width, (row + 1) * width)),
    target: targets.data[row],
  })).filter(({ cells }) => cells.every(Number.isFinite));
  const spread = (cell: number, i: number) => {
    const { name, values = [] } = columns[i];
    if (name === 'cylinders') return [Number(values[cell])];
    return name === 'origin' ? values.map((_, k) => Number(k === cell)) : [cell];
  };
  return fromArrays({
    name: 'cars',
    features: rows.map(({ cells }) => cells.flatMap(spread)),
    targets: Float32Array.from(rows, ({ target }) => target),
  });
});

/** Data sets by name, made or read without the network; MNIST and the tables are looked for in WELLFIT_DATA. */
export const data = {
  circles,
  blobs,
  unevenBlobs,
  rareBlobs,
  spiral,
  words,
  tokens,
  mnist: some('mnist', 2500),
  otherMnist: some('mnist', 2500, 2500),
  fashion: some('fashion-mnist', 2500),
  digits: once(() => loadDataset('digits')),
  iris: once(() => loadDataset('iris')),
  cars,
  cancer,
  titanic: table('titanic.csv', 'Survived'),
  penguins: table('penguins.csv', 'species'),
  wine: table('wine.csv', 'class'),
};

/** The same rows with other features. */
export function refeatured(dataset: Dataset, change: (x: number, column: number, row: number) => number): Dataset {
  const width = sizeOf(dataset.shape);
  return {
    ...dataset,
    features: Float32Array.from(dataset.features, (x, i) => change(x, i % width, Math.floor(i / width))),
  };
}

/** The same rows with other targets; classes stay numbers of classes. */
export function retargeted(dataset: Dataset, change: (y: number, row: number) => number): Dataset {
  const { targets } = dataset;
  const data = targets.data.map(change);
  return { ...dataset, targets: { ...targets, data } as Dataset['targets'] };
}

/** A share of the rows, or of some of them, each with the label of another one. */
export function permuted(dataset: Dataset, share = 1, among?: Int32Array): Dataset {
  const random = new Random(stream, hashText('permuted'));
  const all = among ?? Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const chosen = all.filter(() => random.uniform() < share);
  const from = random.shuffle(chosen.slice());
  const place = new Map(Array.from(chosen, (row, i) => [row, from[i]]));
  const { data: labels } = dataset.targets;
  return retargeted(dataset, (_, row) => labels[place.get(row) ?? row]);
}
