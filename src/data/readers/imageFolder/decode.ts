import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { formatShape, WellfitError } from '../../../base/index.ts';
import { kindOf } from './kinds.ts';
import { inOrder } from './parallel.ts';

/** An image as it is, or why it cannot be had. `fleeting`: the file could not be read, which another time may be otherwise. */
export type Decoded =
  | { readonly pixels: Uint8Array; readonly grey: boolean; readonly why?: undefined }
  | { readonly pixels?: undefined; readonly why: string; readonly fleeting: boolean };

/**
 * Why decoding failed, in own words: libvips collects the messages of all images under way in one place, so that its words may speak of
 * another image. Only what sharp itself says is of this one.
 */
const inWords = (error: unknown, kind: string): string =>
  String(error).includes('exceeds pixel limit')
    ? `the ${kind} image has more than 268 million pixels`
    : `the ${kind} image is damaged, cut short or of a rare variant: it cannot be decoded`;

/** The bytes of a file, or why it cannot be read. */
async function bytesOf(path: string): Promise<Uint8Array | string> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'there is no such file';
    if (error.code === 'EISDIR') return 'it is a folder';
    if (error.code === 'EACCES' || error.code === 'EPERM') return 'the file may not be read (permission denied)';
    return `the file cannot be read (${error.message})`;
  });
}

/** Height and width as they are seen, the EXIF orientation applied; undefined for a broken file. */
export async function sizeOfImage(path: string): Promise<readonly [number, number] | undefined> {
  const bytes = await bytesOf(path);
  if (typeof bytes === 'string' || kindOf(bytes).why) return undefined;
  return sharp(bytes)
    .metadata()
    .then(
      ({ autoOrient }) => [autoOrient.height, autoOrient.width] as const,
      () => undefined,
    );
}

/** Planes [channels, height, width] of the image in a file. Never throws. */
export async function decodeFile(path: string, shape: readonly [number, number, number]): Promise<Decoded> {
  const bytes = await bytesOf(path);
  if (typeof bytes === 'string') return { why: bytes, fleeting: true };
  return decodeBytes(bytes, shape);
}

/**
 * Planes [channels, height, width] of an image, 0 … 255. First what a viewer shows is made: EXIF orientation, an embedded colour profile
 * brought to sRGB, 8 bits, transparency on white, the first frame. Then the shorter side is scaled (Lanczos, area-true when shrinking) and
 * the middle cut out, as evaluation on ImageNet does since A. Krizhevsky et al. 2012: objects keep their proportions, which stretching would
 * change from image to image, and no border is made up, which a network could learn. Grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), in
 * the integers of Pillow's "L", so that grey images stay as they are. A file cut short counts as broken. Never throws.
 */
export async function decodeBytes(bytes: Uint8Array, shape: readonly [number, number, number]): Promise<Decoded> {
  const [channels, height, width] = shape;
  const { kind, why } = kindOf(bytes);
  if (why) return { why, fleeting: false };
  try {
    const data = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ width, height, fit: 'cover', position: 'centre' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    // A TIFF may have any number of channels.
    if (data.length !== 3 * height * width) return { why: inWords(undefined, kind), fleeting: false };
    return toPlanes(data, channels, height * width);
  } catch (error) {
    return { why: inWords(error, kind), fleeting: false };
  }
}

/** Pixels red, green, blue side by side -> one or three planes. */
function toPlanes(rgb: Uint8Array, channels: number, size: number): Decoded {
  const pixels = new Uint8Array(channels * size);
  let grey = true;
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
    if (r !== g || g !== b) grey = false;
    if (channels === 1) pixels[i] = (19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16;
    else {
      pixels[i] = r;
      pixels[size + i] = g;
      pixels[2 * size + i] = b;
    }
  }
  return { pixels, grey };
}

/** @throws WellfitError if the shape is none of an image */
function checkShape(shape: readonly number[]): void {
  if (shape.length === 3 && (shape[0] === 1 || shape[0] === 3) && shape.every((n) => Number.isInteger(n) && n > 0))
    return;
  throw new WellfitError('shape', 'images cannot be brought to this shape', {
    expected: '[1, height, width] (grey) or [3, height, width] (colour)',
    received: formatShape(shape),
    likely: 'the model was not trained on images',
  });
}

/**
 * Images brought to a model's input, one after the other in the order of the paths, in constant memory.
 *
 * @param shape [1 or 3, height, width]
 * @yields pixels: bytes in planes [channels, height, width], the same as loadImageFolder makes of the file; or why there are none
 * @throws WellfitError if the shape is none of an image; never for a file
 */
export async function* decodeImages(
  paths: readonly string[],
  shape: readonly [number, number, number],
): AsyncGenerator<{ path: string; pixels?: Uint8Array; why?: string }> {
  checkShape(shape);
  yield* inOrder(paths, async (path) => {
    const { pixels, why } = await decodeFile(path, shape);
    return pixels ? { path, pixels } : { path, why };
  });
}

/** A PNG file of bytes in planes [channels, height, width]; the same pixels give the same file. */
export async function encodePng(pixels: Uint8Array, shape: readonly [number, number, number]): Promise<Uint8Array> {
  checkShape(shape);
  const [channels, height, width] = shape;
  const size = height * width;
  if (pixels.length !== channels * size)
    throw new WellfitError('shape', 'the pixels do not fit the shape of the image', {
      expected: `${channels * size} bytes for ${formatShape(shape)}`,
      received: `${pixels.length} bytes`,
    });
  const raw = Uint8Array.from(pixels, (_, i) => pixels[(i % channels) * size + Math.floor(i / channels)]);
  const image = sharp(raw, { raw: { width, height, channels: channels as 1 | 3 } });
  return image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
