import { hashText, Random, WellfitError } from '../base/index.ts';

const stream = hashText('epoch');

/** The training rows in the order of one epoch: a shuffled copy that depends on (train, seed, epoch) alone. */
export const epochOrder = (train: Int32Array, seed: number, epoch: number): Int32Array =>
  new Random(seed, stream, epoch).shuffle(train.slice());

/**
 * Cuts rows into batches of `size`; the last one holds what is left over. The batches are views, not copies.
 *
 * @throws WellfitError if the size is not a whole number of 1 or more
 */
export function batches(order: Int32Array, size: number): Int32Array[] {
  if (!Number.isInteger(size) || size < 1)
    throw new WellfitError('option', 'the batch size is not a number of rows', {
      expected: 'a whole number, 1 or more',
      received: String(size),
    });
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.subarray(i * size, (i + 1) * size));
}
