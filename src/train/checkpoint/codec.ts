import { type Tensor, WellfitError } from '../../base/index.ts';
import { decode, encode } from '../../runs/index.ts';
import { decodeTensors, encodeTensors, type TensorFile } from '../../safetensors/index.ts';
import type { Weights } from '../records.ts';
import { Hash } from './hash.ts';
import type { Checkpoint, LoopState } from './state.ts';

const format = 'wellfit checkpoint';
/** Raised where an older reader could misunderstand what is written. */
const version = 1;

/**
 * A checkpoint as a safetensors file. Tensors: "weights/<name>" are the best weights so far (of a finished run, those that were kept),
 * "memory/<name>" what a step reads and writes, "mean/<name>" sums of averaged weights, "snapshots/<i>/<name>" and "members/<i>/…" those of
 * ensembles. Everything else stands in the metadata as JSON under "run", with a checksum over all of it.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  const run = encode(withoutTensors(checkpoint, '', tensors));
  return encodeTensors(tensors, { format, version: String(version), run, checksum: checksum(run, tensors) });
}

/**
 * Reads what `encodeCheckpoint` wrote; tensors are views of the bytes.
 * @throws WellfitError of kind 'file' for damaged bytes, other files, and checkpoints of a newer version
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeTensors(bytes);
  checkVersion(metadata);
  if (metadata.run === undefined || checksum(metadata.run, tensors) !== metadata.checksum)
    throw new WellfitError('file', 'this checkpoint is damaged', {
      expected: `the checksum ${metadata.checksum}`,
      received: 'other bytes than were written',
      likely: 'the file was changed, or the disk lost a part of it',
      fix: 'use a copy of it, or start the run anew',
    });
  return withTensors(decode(metadata.run) as Plain, '', tensors);
}

function checkVersion({ format: named, version: written }: TensorFile['metadata']): void {
  if (named !== format)
    throw new WellfitError('file', 'this safetensors file is no checkpoint of Wellfit', {
      received: named === undefined ? 'no format in its metadata' : `the format ${JSON.stringify(named)}`,
      fix: 'give the folder of a run, which holds a checkpoint.safetensors',
    });
  if (written === String(version)) return;
  const newer = Number(written) > version;
  throw new WellfitError(
    'file',
    `this checkpoint was written by ${newer ? 'a newer' : 'another'} Wellfit: version ${written}, this one reads ${version}`,
    { fix: newer ? 'update Wellfit' : 'continue with the Wellfit that began the run' },
  );
}

/** Checkpoints whose tensors stand elsewhere. */
type Plain = Omit<Checkpoint, 'state' | 'members'> & {
  readonly state?: Omit<LoopState, 'weights' | 'memory' | 'mean' | 'snapshots'> & { readonly snapshots: number };
  readonly members?: readonly Plain[];
};

function withoutTensors({ state, members, ...rest }: Checkpoint, prefix: string, into: Map<string, Tensor>): Plain {
  const put = (group: string, weights: Weights) => {
    for (const [name, tensor] of weights) into.set(`${prefix}${group}/${name}`, tensor);
  };
  const plain = (full: LoopState) => {
    const { weights, memory, mean, snapshots, ...numbers } = full;
    put('weights', weights);
    put('memory', memory);
    put('mean', mean);
    for (const [i, snapshot] of snapshots.entries()) put(`snapshots/${i}`, snapshot);
    return { ...numbers, snapshots: snapshots.length };
  };
  return {
    ...rest,
    ...(state && { state: plain(state) }),
    ...(members && { members: members.map((member, i) => withoutTensors(member, `${prefix}members/${i}/`, into)) }),
  };
}

function withTensors({ state, members, ...rest }: Plain, prefix: string, tensors: Weights): Checkpoint {
  const take = (group: string): Weights => {
    const start = `${prefix}${group}/`;
    const own = [...tensors].filter(([name]) => name.startsWith(start));
    return new Map(own.map(([name, tensor]) => [name.slice(start.length), tensor]));
  };
  const full = ({ snapshots, ...numbers }: NonNullable<Plain['state']>): LoopState => ({
    ...numbers,
    weights: take('weights'),
    memory: take('memory'),
    mean: take('mean'),
    snapshots: Array.from({ length: snapshots }, (_, i) => take(`snapshots/${i}`)),
  });
  return {
    ...rest,
    ...(state && { state: full(state) }),
    ...(members && { members: members.map((member, i) => withTensors(member, `${prefix}members/${i}/`, tensors)) }),
  };
}

/** Over the run's JSON and every tensor, whatever the order in which they lie. */
function checksum(run: string, tensors: Weights): string {
  const hash = new Hash().text(run);
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    hash.text(`${name} ${dtype} ${shape}`).bytes(data);
  }
  return hash.hex;
}
