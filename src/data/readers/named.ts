import { grouped, suggest, WellfitError } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';
import { loadDigits, loadIris } from './builtin.ts';
import { readCifar } from './cifar.ts';
import type { Progress } from './download.ts';
import { datasetFolders, findFiles } from './folders.ts';
import { readIdxImages } from './idx.ts';
import { type Images, joinImages } from './images.ts';
import { cifar10, fashionMnist, fetchFiles, mnist, type Source } from './sources.ts';

/** What is known of a named data set before it is loaded. */
export interface DatasetFacts {
  readonly summary: string;
  readonly task: 'classification' | 'regression';
  readonly rows: number;
  readonly source: string;
  readonly licence: string;
}

/** The data sets that loadDataset knows. */
export const datasets = {
  digits: {
    summary: 'Handwritten digits, 8x8 (comes with the package)',
    task: 'classification',
    rows: 1797,
    source: 'E. Alpaydin and C. Kaynak 1998, https://doi.org/10.24432/C50P49',
    licence: 'CC BY 4.0',
  },
  iris: {
    summary: 'Iris flowers, 4 lengths in cm (comes with the package)',
    task: 'classification',
    rows: 150,
    source: 'R. A. Fisher 1936, https://doi.org/10.24432/C56C76',
    licence: 'CC BY 4.0',
  },
  mnist: {
    summary: 'MNIST: handwritten digits, 28x28 grey',
    task: 'classification',
    rows: 70_000,
    source: 'Y. LeCun, C. Cortes and C. J. C. Burges 1998, http://yann.lecun.com/exdb/mnist/',
    licence: 'CC BY-SA 3.0, as commonly given',
  },
  'fashion-mnist': {
    summary: 'Fashion-MNIST: articles of clothing, 28x28 grey',
    task: 'classification',
    rows: 70_000,
    source: 'H. Xiao, K. Rasul and R. Vollgraf 2017, https://github.com/zalandoresearch/fashion-mnist',
    licence: 'MIT, copyright 2017 Zalando SE',
  },
  'cifar-10': {
    summary: 'CIFAR-10: photographs of animals and vehicles, 32x32 RGB',
    task: 'classification',
    rows: 60_000,
    source: 'A. Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'none stated; cite the technical report of 2009',
  },
} as const satisfies Record<string, DatasetFacts>;

export type DatasetName = keyof typeof datasets;

export interface LoadOptions {
  /** Hears how far each download is. */
  readonly progress?: (progress: Progress) => void;
  /** URL of a folder with the files of the data set, in place of the public source. */
  readonly source?: string;
}

/**
 * Loads a data set by name. `digits` and `iris` come with the package. The others are read from
 * `$WELLFIT_DATA/<name>/` or else from the user's cache folder, and downloaded into the cache if neither has them.
 *
 * @throws WellfitError for an unknown name, files that are missing and cannot be downloaded, and damaged files
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  if (!Object.hasOwn(datasets, name))
    throw new WellfitError('option', `there is no data set named "${name}"`, {
      fix: suggest(name, Object.keys(datasets)),
    });
  if (name === 'digits') return loadDigits();
  if (name === 'iris') return loadIris();
  return loadImages(name, imageSets[name as keyof typeof imageSets], options);
}

type Found = ReadonlyMap<string, string>;

/** A data set in files of its own, each plain or with .gz. */
interface ImageSet {
  readonly origin: Source;
  readonly files: readonly string[];
  /** The files without which the data set cannot be read, apart from those found. */
  missing(found: Found): string[];
  read(name: string, found: Found): Promise<Dataset>;
}

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
const clothes = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',');
const things = 'airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck'.split(',');

const imageSets: Record<Exclude<DatasetName, 'digits' | 'iris'>, ImageSet> = {
  mnist: idxSet(mnist, digits),
  'fashion-mnist': idxSet(fashionMnist, clothes),
  'cifar-10': cifarSet(cifar10, things),
};

function idxSet(origin: Source, classes: readonly string[]): ImageSet {
  const files = origin.files.map((file) => file.name.replace(/\.gz$/, ''));
  return {
    origin,
    files,
    missing: (found) => files.filter((file) => !found.has(file)),
    async read(name, found) {
      const [trainImages, trainLabels, testImages, testLabels] = files.map((file) => found.get(file)!);
      const train = await readIdxImages(trainImages, trainLabels, classes.length);
      return joinImages(name, [train], await readIdxImages(testImages, testLabels, classes.length), classes);
    },
  };
}

/** Any of the five training files will do, since copies with fewer are about; the name then says how many rows. */
function cifarSet(origin: Source, classes: readonly string[]): ImageSet {
  const files = origin.members!;
  const [test, ...train] = files.toReversed();
  return {
    origin,
    files,
    missing: (found) => [train.some((file) => found.has(file)) ? [] : [files[0]], found.has(test) ? [] : [test]].flat(),
    async read(name, found) {
      const parts: Images[] = [];
      for (const file of files) if (found.has(file)) parts.push(await readCifar(found.get(file)!, classes.length));
      const dataset = joinImages(name, parts.slice(0, -1), parts.at(-1)!, classes);
      if (parts.length === files.length) return dataset;
      return { ...dataset, name: `${name} (${grouped(dataset.rows - dataset.testRows!)} training rows)` };
    },
  };
}

async function loadImages(name: string, set: ImageSet, options: LoadOptions): Promise<Dataset> {
  const { own, cache } = datasetFolders(name);
  const folders = own === undefined ? [cache] : [own, cache];
  const searched: string[] = [];
  for (const folder of folders) {
    const found = await findFiles(folder, set.files);
    const missing = set.missing(found);
    if (missing.length === 0) return set.read(name, found);
    searched.push(`${folder} lacks ${found.size === 0 ? 'all of them' : missing.join(', ')}`);
  }
  const base = options.source?.replace(/\/*$/, '/') ?? set.origin.base;
  if (!URL.canParse(base))
    throw new WellfitError('option', 'the source of the data set is not a URL', {
      expected: `a URL such as ${set.origin.base}`,
      received: options.source,
    });
  await fetchFiles({ ...set.origin, base }, cache, options.progress).catch((error) => {
    if (!(error instanceof WellfitError)) throw error;
    const given = `WELLFIT_DATA is ${process.env.WELLFIT_DATA || 'not set'}`;
    const { expected = `its files; ${searched.join('; ')} (${given})`, received, likely, fix } = error.facts;
    const places = `${folders.join(' or ')}${own ? '' : `, or into ${name}/ of a folder that you name in WELLFIT_DATA`}`;
    throw new WellfitError('file', `"${name}" is not on this machine, and ${error.message.split('\n')[0]}`, {
      expected,
      received,
      likely,
      fix: `${fix ? `${fix}; or ` : ''}put ${set.files.join(', ')} (plain or .gz) into ${places}`,
    });
  });
  return set.read(name, await findFiles(cache, set.files));
}
