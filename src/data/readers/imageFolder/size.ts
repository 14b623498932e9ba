import { grouped, sizeOf, WellfitError } from '../../../base/index.ts';
import { sizeOfImage } from './decode.ts';
import { inOrder } from './parallel.ts';

/** Longest side that is chosen: a small network trains on it in minutes on a CPU. */
const longest = 64;
const sides = [64, 48, 32, 24, 16, 8];
/** How many images are looked at; more would change the median little. */
const looked = 2000;
/** Longest side that can be asked for, and bytes of all images together. */
const mostSide = 1024;
const mostBytes = 4 * 2 ** 30;

export type Size = readonly [height: number, width: number];

/** The height and width asked for. @throws WellfitError if they are none */
export function givenSize(size: number | readonly [number, number]): Size {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const right = (n: unknown) => Number.isInteger(n) && (n as number) >= 1 && (n as number) <= mostSide;
  if (right(height) && right(width) && (typeof size === 'number' || size.length === 2)) return [height, width];
  throw new WellfitError('option', 'size: images cannot be brought to this size', {
    expected: `a whole number of pixels from 1 to ${grouped(mostSide)}, or two of them: [height, width]`,
    received: JSON.stringify(size),
    fix: 'as in: size: 32, or size: [48, 64]',
  });
}

/**
 * A size for images of which none was asked for. The one that all have, if no side is longer than 64; if they have one that is longer, the
 * same proportions with 64 as the longer side; else a square, at most as high as the shorter side of the median image, at most 64. Of more
 * than 2,000 images so many are looked at, evenly spread. A signal only cuts the looking short.
 */
export async function chosenSize(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<{ size: Size; note: string }> {
  const step = Math.max(1, paths.length / looked);
  const some = Array.from({ length: Math.min(looked, paths.length) }, (_, i) => paths[Math.floor(i * step)]);
  const found: Size[] = [];
  for await (const size of inOrder(some, sizeOfImage)) {
    if (signal?.aborted) break;
    if (size) found.push(size);
  }
  if (found.length === 0) return { size: [longest, longest], note: '' };
  const { size, why } = choose(found);
  return { size, note: `every image is brought to ${inWords(size)} pixels (height x width): ${why}` };
}

const inWords = ([height, width]: Size): string => `${height} x ${width}`;
const because = `at most ${longest} on a side is chosen, to train on a CPU; "size" sets another`;

function choose(found: readonly Size[]): { size: Size; why: string } {
  const [first] = found;
  if (found.every(([height, width]) => height === first[0] && width === first[1])) {
    const scale = longest / Math.max(...first);
    if (scale >= 1) return { size: first, why: 'the size that they have' };
    // A multiple of 8 can be halved three times by pooling.
    const [height, width] = first.map((side) => Math.max(8, 8 * Math.round((side * scale) / 8)));
    return { size: [height, width], why: `they have ${inWords(first)}, and ${because}` };
  }
  const shorter = found.map((size) => Math.min(...size)).sort((a, b) => a - b)[found.length >> 1];
  const side = sides.find((candidate) => candidate <= shorter) ?? sides.at(-1)!;
  return {
    size: [side, side],
    why: `they differ in size (the shorter side is ${shorter} in the median), and ${because}; the shorter side is scaled and the middle cut out`,
  };
}

/** @throws WellfitError if the images would need too much memory */
export function checkMemory(images: number, shape: readonly number[]): void {
  const bytes = images * sizeOf(shape);
  if (bytes <= mostBytes) return;
  throw new WellfitError('option', `${grouped(images)} images of this size do not fit into memory`, {
    expected: `at most ${grouped(mostBytes)} bytes in all`,
    received: `${grouped(bytes)} bytes: ${shape.join(' x ')} for each image`,
    fix: 'ask for a smaller "size", or for "channels": "grey"',
  });
}
