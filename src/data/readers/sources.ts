import { access, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WellfitError } from '../../base/index.ts';
import { readBytes } from './bytes.ts';
import { asUserError, download, type Progress, type RemoteFile } from './download.ts';
import { parseTar } from './tar.ts';

/** Where a data set is published. */
export interface Source {
  /** URL of the folder of the files. */
  readonly base: string;
  readonly files: readonly RemoteFile[];
  /** What to take out of the one file, a .tar.gz. They appear in this order, the last one completes the set. */
  readonly members?: readonly string[];
}

const file = (name: string, bytes: number, sha256: string): RemoteFile => ({ name, bytes, sha256 });

/** PyTorch's mirror of the original files. */
export const mnist: Source = {
  base: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  files: [
    file('train-images-idx3-ubyte.gz', 9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'),
    file('train-labels-idx1-ubyte.gz', 28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'),
    file('t10k-images-idx3-ubyte.gz', 1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'),
    file('t10k-labels-idx1-ubyte.gz', 4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
  ],
};

export const fashionMnist: Source = {
  base: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  files: [
    file('train-images-idx3-ubyte.gz', 26_421_880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'),
    file('train-labels-idx1-ubyte.gz', 29_515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'),
    file('t10k-images-idx3-ubyte.gz', 4_422_102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'),
    file('t10k-labels-idx1-ubyte.gz', 5_148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'),
  ],
};

export const cifar10: Source = {
  base: 'https://www.cs.toronto.edu/~kriz/',
  files: [
    file('cifar-10-binary.tar.gz', 170_052_171, 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd'),
  ],
  members: [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), 'test_batch.bin'],
};

/**
 * Downloads what a folder lacks of a source. Every file appears complete or not at all.
 *
 * @throws WellfitError as download, where an archive lacks a file, and where the disk is full
 */
export async function fetchFiles(
  source: Source,
  folder: string,
  progress?: (progress: Progress) => void,
): Promise<void> {
  for (const file of source.files) {
    const path = join(folder, file.name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await download(new URL(file.name, source.base), path, file, progress);
    if (source.members) await unpack(path, folder, source.members);
  }
}

async function unpack(archive: string, folder: string, names: readonly string[]): Promise<void> {
  const files = parseTar(await readBytes(archive), archive);
  for (const name of names) {
    const bytes = files.get(name);
    if (!bytes)
      throw new WellfitError('file', `${archive} lacks ${name}`, {
        expected: names.join(', '),
        received: [...files.keys()].join(', ') || 'no files',
        fix: 'delete it and run again',
      });
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes)
      .then(() => rename(`${path}.part`, path))
      .catch((error) => {
        throw asUserError(error, `cannot write ${path}`);
      });
  }
  await rm(archive);
}
